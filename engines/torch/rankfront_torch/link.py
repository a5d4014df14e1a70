"""Messages to and from rankfront over a socket: 4 bytes of length, a JSON head, and the numbers that its `bytes` counts."""

import json
import os
import queue
import socket
import struct
import threading


class Link:
    def __init__(self, address):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.connect(address)
        self.inbox = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        try:
            while True:
                (length,) = struct.unpack("<I", self._exactly(4))
                head = json.loads(self._exactly(length))
                self.inbox.put((head, self._exactly(head.get("bytes", 0))))
        except (EOFError, OSError):
            # Whoever asked is gone, and nobody waits for what is being computed.
            os._exit(3)

    def _exactly(self, count):
        data = bytearray(count)
        view = memoryview(data)
        while len(view):
            got = self.socket.recv_into(view)
            if got == 0:
                raise EOFError
            view = view[got:]
        return bytes(data)

    def receive(self):
        return self.inbox.get()

    def send(self, head, data=b""):
        text = json.dumps({**head, "bytes": len(data)}).encode()
        self.socket.sendall(struct.pack("<I", len(text)) + text)
        if data:
            self.socket.sendall(data)
