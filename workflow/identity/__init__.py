"""Who somebody is: accounts, signing in, sign-ins and passwords."""
