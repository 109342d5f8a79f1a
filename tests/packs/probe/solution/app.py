import os
import socket
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.path.encode())


if sys.argv[1:] == ["fail"]:
    sys.exit("no")
if sys.argv[1:] == ["silent"]:
    socket.create_server(("127.0.0.1", 9999)).accept()
HTTPServer(("127.0.0.1", int(os.environ.get("PORT", "8000"))), Handler).serve_forever()
