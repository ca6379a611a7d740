"""Calls a handler of AWS Lambda as its function URL does, with base64 bodies.

Usage: function_url.py <file with `handler`> <port>
"""

import base64
import runpy
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

HANDLER = runpy.run_path(sys.argv[1])["handler"]


class FunctionUrl(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        answer = HANDLER(
            {
                "version": "2.0",
                "headers": {
                    name.lower(): value for name, value in self.headers.items()
                },
                "body": base64.b64encode(body).decode(),
                "isBase64Encoded": True,
            },
            None,
        )
        self.send_response(answer["statusCode"])
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


HTTPServer(("127.0.0.1", int(sys.argv[2])), FunctionUrl).serve_forever()
