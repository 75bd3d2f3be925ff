"""People who log in to a router from a node of a test's network."""
import sys

LOGIN = """
import socket, sys
link = socket.create_connection((sys.argv[1], 23), 5)
link.settimeout(20)
def until(*wanted):
    data = b""
    while not any(each in data for each in wanted):
        more = link.recv(4096)
        if not more:
            break
        data += more
    return data
until(b"login: ")
link.sendall(sys.argv[2].encode() + b"\\r")
until(b"Password: ")
link.sendall(sys.argv[3].encode() + b"\\r")
sys.stdout.write(until(b"> ", b"denied").decode("latin-1"))
"""
BY_SSH = """
import sys, time, paramiko
client = paramiko.SSHClient()
client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
begun = time.monotonic()
try:
    client.connect(sys.argv[1], username=sys.argv[2], password=sys.argv[3], look_for_keys=False, allow_agent=False, auth_timeout=50)
    shell = client.invoke_shell()
    shell.settimeout(20)
    text = b""
    while not text.endswith(b"> "):
        text += shell.recv(4096)
    print(text.decode("latin-1"))
except paramiko.AuthenticationException:
    print("denied")
print(f"after {time.monotonic() - begun:.1f} s")
"""


def log_in(network, node, router, name, password):
    """By Telnet: the screen after the password."""
    return network.exec(node, sys.executable, "-c", LOGIN, router, name, password, timeout=60).stdout


def open_ssh(router):
    router.ctl("create enco key=20 type=rsa length=2048", "create enco key=21 type=rsa length=1024")
    router.ctl("enable ssh server hostkey=20 serverkey=21")


def by_ssh(router, name, password):
    return [sys.executable, "-W", "ignore", "-c", BY_SSH, router, name, password]


def log_in_by_ssh(network, node, router, name, password):
    """The screen with the first prompt, or "denied"; then how long that took."""
    return network.exec(node, *by_ssh(router, name, password), timeout=60).stdout
