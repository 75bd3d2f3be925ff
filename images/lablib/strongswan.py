"""A strongSwan (IKEv1) in a node of a lab. Its ESP is libipsec's, in user space, which always travels in UDP: the
running kernel may lack ESP. backend="kernel" uses the kernel's, for a guest whose kernel has it."""
import os
import shutil
import subprocess

from network import LabError, read, wait_until

DAEMON = "/usr/sbin/charon-systemd"  # unlike `charon` it has no pid file, so several run side by side
PLUGINS = ("random nonce openssl md5 sha1 sha2 hmac gmp pem pubkey drbg kdf attr socket-default vici xauth-generic "
           "updown counters")

STRONGSWAN_CONF = """\
charon-systemd {{
  load = {plugins}
  i_dont_care_about_security_and_use_aggressive_mode_psk = yes
  retransmit_timeout = {retransmit_timeout}
  retransmit_tries = {retransmit_tries}
  filelog {{
    log {{
      path = {folder}/charon.log
      time_format = %T
      default = 1
      ike = 2
      flush_line = yes
    }}
  }}
  journal {{
    default = -1
  }}
  plugins {{
    vici {{
      socket = unix://{folder}/charon.vici
    }}
    kernel-libipsec {{
      allow_peer_ts = yes
    }}
  }}
}}
swanctl {{
  load = random openssl pem
}}
"""

SWANCTL_CONF = """\
connections {{
  lab {{
    version = 1
    local_addrs = {local}
    remote_addrs = {remote}
    proposals = {ike}
    aggressive = {aggressive}
    encap = {encap}
    reauth_time = 0
    rekey_time = {ike_life}s
    {extra}
    local {{
      {local_auth}
      {local_id}
    }}
    remote {{
      {remote_auth}
      {remote_id}
    }}
    {xauth_round}
    children {{
      lan {{
        mode = {mode}
        local_ts = {local_ts}
        remote_ts = {remote_ts}
        {protocol}_proposals = {proposals}
        ipcomp = {ipcomp}
        rekey_time = {esp_life}s
        start_action = none
      }}
    }}
  }}
}}
secrets {{
  ike-lab {{
    secret = "{psk}"
  }}
  {xauth_secret}
}}
"""
# The second round of authentication: who asks for a user, and who is one.
XAUTH_ROUNDS = {"": "", "server": "remote-user {{\n      auth = xauth-generic\n    }}",
                "client": "local-user {{\n      auth = xauth-generic\n      xauth_id = {xauth_user}\n    }}"}
# Of hybrid authentication it is the only round of the end that has no key.
HYBRID = {"server": ("remote", "auth = xauth-generic"), "client": ("local", "auth = xauth-generic\n      xauth_id = {xauth_user}")}
XAUTH_SECRET = 'xauth-lab {{\n    id = {xauth_user}\n    secret = "{xauth_password}"\n  }}'

DEFAULTS = dict(local="%any", remote="%any", local_ts="dynamic", remote_ts="dynamic", psk="secret",
                ike="3des-sha1-modp1024", esp="3des-sha1", ah="", ipcomp="no", mode="tunnel", aggressive="no", encap="no", ike_life=86400,
                esp_life=28800, local_id="", remote_id="", raw_keys=None, extra="", backend="libipsec", retransmit_timeout=4.0,
                xauth="", hybrid=False, xauth_user="alice", xauth_password="",
                retransmit_tries=5)


def write_files(folder, settings):
    """Writes strongswan.conf and swanctl.conf into `folder` and returns the complete settings. raw_keys: files with
    the private key, its public key and the peer's public key, in PEM, to authenticate by instead of `psk`. ah: the
    proposals of AH, then instead of ESP. hybrid: with raw_keys, of which the user of XAUTH has none."""
    values = {**DEFAULTS, **settings, "folder": folder}
    unknown = set(settings) - set(DEFAULTS)
    if unknown:
        raise LabError(f"strongSwan settings not known: {', '.join(sorted(unknown))}")
    values["protocol"], values["proposals"] = ("ah", values["ah"]) if values["ah"] else ("esp", values["esp"])
    for name in ("local_id", "remote_id"):
        values[name] = f"id = {values[name]}" if values[name] else ""
    values["xauth_round"] = "" if values["hybrid"] else XAUTH_ROUNDS[values["xauth"]].format(**values)
    values["xauth_secret"] = XAUTH_SECRET.format(**values) if values["xauth"] else ""
    for end in ("local", "remote"):
        values[f"{end}_auth"] = f"auth = pubkey\n      pubkeys = {end}.pem" if values["raw_keys"] else "auth = psk"
    if values["hybrid"]:
        end, auth = HYBRID[values["xauth"]]
        values[f"{end}_auth"] = auth.format(**values)
    kernel = "kernel-libipsec kernel-netlink" if values["backend"] == "libipsec" else "kernel-netlink"
    os.makedirs(folder, exist_ok=True)
    if values["raw_keys"]:
        for source, target in zip(values["raw_keys"], ("rsa/local.pem", "pubkey/local.pem", "pubkey/remote.pem")):
            os.makedirs(os.path.dirname(f"{folder}/{target}"), exist_ok=True)
            shutil.copy(source, f"{folder}/{target}")
    with open(f"{folder}/strongswan.conf", "w") as file:
        file.write(STRONGSWAN_CONF.format(plugins=f"{PLUGINS} {kernel}", **values))
    with open(f"{folder}/swanctl.conf", "w") as file:
        file.write(SWANCTL_CONF.format(**values))
    return values


def folder_of(network, node):
    return f"{network.folder}/{node}.strongswan"


def swanctl(folder, *words, timeout=60):
    # With its own STRONGSWAN_CONF, else it loads and probes every plugin there is.
    env = dict(os.environ, STRONGSWAN_CONF=f"{folder}/strongswan.conf", SWANCTL_DIR=folder)
    return subprocess.run(["swanctl", *words, "--uri", f"unix://{folder}/charon.vici"], text=True, env=env,
                          capture_output=True, timeout=timeout)


def load(folder):
    return swanctl(folder, "--load-all", "--noprompt", "--file", f"{folder}/swanctl.conf").returncode == 0


def reload(network, node, **settings):
    """Other settings for one that runs; those of the daemon itself stay as they were."""
    write_files(folder_of(network, node), settings)
    if not load(folder_of(network, node)):
        raise LabError(f"strongSwan in {node} does not take its new settings")


def start(network, node, **settings):
    folder = folder_of(network, node)
    write_files(folder, settings)
    env = dict(os.environ, STRONGSWAN_CONF=f"{folder}/strongswan.conf")
    process = network.start(f"{node}.charon", [DAEMON], node=node, env=env)
    wait_until(lambda: os.path.exists(f"{folder}/charon.vici") or process.poll() is not None, 15)
    loaded = wait_until(lambda: load(folder) or process.poll() is not None, 10, 0.2)
    if not loaded or process.poll() is not None:
        raise LabError(f"strongSwan in {node} did not start; see {folder}/charon.log")


def initiate(network, node, seconds=20):
    """True when phase 1 and phase 2 came up from there."""
    done = swanctl(folder_of(network, node), "--initiate", "--child", "lan", "--timeout", str(seconds), timeout=seconds + 10)
    return done.returncode == 0


def terminate(network, node):
    return swanctl(folder_of(network, node), "--terminate", "--ike", "lab").returncode == 0


def sas(network, node):
    return swanctl(folder_of(network, node), "--list-sas").stdout


def log(network, node):
    return read(f"{folder_of(network, node)}/charon.log")
