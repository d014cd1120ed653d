"""gunicorn's settings: a few workers with threads; in production a proxy stands before it (slow clients)."""

worker_class = "gthread"
workers = 2
threads = 4
max_requests = 2000
max_requests_jitter = 200
timeout = 60
graceful_timeout = 10
control_socket_disable = True
preload_app = False
accesslog = None
