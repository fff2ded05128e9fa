"""What Prometheus reads: durations of requests and jobs by process, and how the installation stands.

No label holds anything of a person: faces, queues, channels and shops, never an address.
"""
