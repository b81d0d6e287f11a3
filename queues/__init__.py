"""What happens afterwards: the outbox, the relay, the jobs, the channels and the worker."""
