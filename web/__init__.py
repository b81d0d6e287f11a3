"""Who sees it: pages, JSON API and their serializers. The only place that knows Flask."""
