# Debian 12 packages, by purpose; sourced by images/lab and tests/run.
#   need_packages GROUP…   installs what is missing of the groups (as root), or says what is and fails

packages_build="g++ cmake ninja-build ccache mold pkg-config libboost1.81-dev libssl-dev libssh-dev libreadline-dev libpcap-dev libfmt-dev zlib1g-dev libipsec-mb-dev libgcrypt20-dev liburing-dev catch2"
packages_lab="python3 iproute2 iputils-ping tcpdump ethtool procps nftables"
packages_peers="strongswan-swanctl strongswan-charon charon-systemd strongswan-libcharon libstrongswan-standard-plugins
  libstrongswan-extra-plugins libcharon-extra-plugins libcharon-extauth-plugins"
packages_test="python3-pexpect python3-netmiko inetutils-telnet putty-tools openssh-client openssh-server nmap
  snmp snmptrapd dnsmasq-base chrony iperf3 openssl socat curl vsftpd python3-scapy python3-cryptography ike-scan vpnc freeradius tftpd-hpa ppp pppoe xl2tpd tshark user-mode-linux kmod busybox-static
  clang-19 libclang-rt-19-dev"
# Never installed, because Debian's strongSwan and libreswan exclude each other: unpack_packages puts it into a folder.
packages_libreswan="libreswan libnss3 libnss3-tools libnspr4 libldns3 libunbound8 libcurl3-nss libevent-2.1-7
  libevent-pthreads-2.1-7 libcap-ng0 libssh2-1 libnghttp2-14 dns-root-data"

need_packages() {
  local group missing= package
  for group; do
    local list="packages_$group"
    for package in ${!list}; do
      case $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) in
        installed) ;;
        *) missing="$missing $package" ;;
      esac
    done
  done
  [ -n "$missing" ] || return 0
  if [ "$(id -u)" != 0 ]; then
    echo "missing packages, run as root to install them:$missing" >&2
    return 1
  fi
  echo "installing packages:$missing"
  local log rc=0 guard=/usr/sbin/policy-rc.d made=
  log=$(mktemp)
  # The peers' daemons are started by the lab itself, each in its own namespace; none may start on the machine.
  if [ ! -e $guard ]; then
    printf '#!/bin/sh\nexit 101\n' > $guard && chmod +x $guard && made=1
  fi
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update -q && apt-get install -y -q --no-install-recommends $missing; } > "$log" 2>&1 || rc=$?
  [ -z "$made" ] || rm -f $guard
  if [ $rc != 0 ]; then
    tail -n 5 "$log" >&2
    echo "the packages could not be installed (whole log: $log)" >&2
    return 1
  fi
  rm -f "$log"
}

# unpack_packages GROUP DIR: the files of the group's packages in DIR, unless they are there
unpack_packages() {
  local list="packages_$1" dir=$2
  [ ! -e "$dir/complete" ] || return 0
  rm -rf "$dir" && mkdir -p "$dir/debs" && chmod 777 "$dir/debs" || return 1
  ( cd "$dir/debs" && apt-get download -q ${!list} && for file in *.deb; do dpkg -x "$file" .. || exit 1; done ) > "$dir/log" 2>&1 ||
    { tail -n 3 "$dir/log" >&2; echo "packages could not be unpacked into $dir" >&2; return 1; }
  rm -rf "$dir/debs" && touch "$dir/complete"
}

# build_router DIR: configures and builds the program; the whole output goes to DIR/build.log
build_router() {
  local top=$1
  mkdir -p "$top/build"
  if ! { cmake -S "$top" -B "$top/build" -G Ninja && cmake --build "$top/build" --target "${2:-all}"; } > "$top/build/build.log" 2>&1; then
    grep -m 5 -E ' error: |CMake Error|undefined reference' "$top/build/build.log" >&2 || tail -n 5 "$top/build/build.log" >&2
    echo "the build failed (whole log: $top/build/build.log)" >&2
    return 1
  fi
}
