// What SHOW CONFIG writes of a firewall, and which commands are refused.
#include <catch2/catch.hpp>

#include "tests/screens/firewall/net.h"

namespace arrouter::test {

TEST_CASE("SHOW CONFIG DYNAMIC=FIREWALL is a script that makes the same firewall") {
  Net net;
  for (const std::string_view line :
       {"disable firewall policy=net identproxy",
        "set firewall policy=net udptimeout=5 esptimeout=3 ftpdataport=any",
        "add firewall policy=net udpport=53-54 timeout=7",
        "set firewall policy=net int=eth0 method=passall",
        "set firewall policy=net int=vlan1 trustprivate=no",
        "set firewall maxfragments=30",
        "enable firewall policy=net log=denydump options=all debug=process fragment=udp accounting",
        "create firewall policy=net dynamic=roaming",
        "add firewall policy=net dynamic=roaming user=any",
        "add firewall policy=net dynamic=roaming user=\"the boss\"",
        "add firewall policy=net int=dyn-roaming type=private",
        "add firewall policy=net nat=standard int=dyn-roaming gblint=eth0 gblip=200.200.200.8-200.200.200.9",
        "add firewall policy=net rule=4 action=nat nattype=double natmask=255.255.255.0 int=vlan1 prot=tcp port=www "
        "sourceport=1000-2000 remoteip=10.0.0.0 gblremoteip=10.1.0.0 gblip=200.200.201.0 after=08:00 before=17:30 "
        "days=weekday",
        "set firewall policy=net attack=synattack intrigger=7 time=9",
        "enable firewall sessionreport",
        "enable firewall notify=port,mail port=2 to=boss@example.com",
        "disable firewall notify=manager",
        "add firewall monitor=9 ip=192.168.1.100 copyto=eth0",
        "add firewall monitor=3 ip=8.8.8.8 copyto=vlan1 applyto=public",
        "enable firewall monitor",
        "add firewall policy=net limitrule=1 srciplimit=20 int=eth0 ip=192.168.1.1-192.168.1.254",
        "create firewall policy=other"}) {
    net.good(line);
  }
  const auto script = [](FireBench& bench) {
    ConfigWriter writer;
    bench.firewall->dump(writer);
    return writer.sections().front().lines;
  };
  const auto first = script(net);
  std::string text;
  for (const std::string& line : first) text += line + "\n";
  CHECK(text == R"(enable firewall
set firewall maxf=30
enable firewall session
add firewall mon=9 ip=192.168.1.100 cop=eth0 app=both
add firewall mon=3 ip=8.8.8.8 cop=vlan1 app=public
enable firewall mon
enable firewall not=mail,port po=2 to="boss@example.com"
disable firewall not=manager
create firewall policy="net"
enable firewall policy="net" icmp_f=unreachable,ping
enable firewall policy="net" opt=router_alert,record_route,security,sourceroute,timestamp
enable firewall policy="net" fra=udp
enable firewall policy="net" log=inddicmp,inddother,inddtcp,inddudp,outddicmp,outddother,outddtcp,outddudp
enable firewall policy="net" deb=process
enable firewall policy="net" accounting
disable firewall policy="net" identproxy
set firewall policy="net" udpt=5 espt=3 ftpd=any
add firewall poli="net" udpp=53 time=7
add firewall poli="net" udpp=54 time=7
set firewall poli="net" att=synattack in=7 ti=9
create firewall poli="net" dy="roaming"
add firewall poli="net" dy="roaming" use=any
add firewall poli="net" dy="roaming" use="the boss"
add firewall policy="net" int=vlan1 type=private trust=no
add firewall policy="net" int=eth0 type=public meth=passall
add firewall policy="net" int=dyn-roaming type=private
add firewall poli="net" nat=enhanced int=vlan1 gblin=eth0
add firewall poli="net" nat=standard int=dyn-roaming gblin=eth0 gblip=200.200.200.8-200.200.200.9
add firewall poli="net" ru=1 ac=allo int=eth0 prot=udp po=500 ip=200.200.200.1 gblip=200.200.200.1 gblp=500
add firewall poli="net" ru=2 ac=non int=vlan1 prot=ALL ip=192.168.10.0-192.168.10.255
set firewall poli="net" ru=2 rem=192.168.20.0-192.168.20.255
add firewall poli="net" ru=3 ac=non int=eth0 prot=ALL enc=ips
add firewall poli="net" ru=4 ac=nat int=vlan1 prot=tcp natt=double natm=255.255.255.0 po=80 gblip=200.200.201.0 rem=10.0.0.0 gblr=10.1.0.0 so=1000-2000 aft=08:00 bef=17:30 day=mon,tue,wed,thu,fri
add firewall poli="net" lim=1 srci=20 int=eth0 ip=192.168.1.1-192.168.1.254
create firewall policy="other"
)");
  FireBench fresh;
  fresh.good("destroy firewall policy=net");
  fresh.good("disable firewall");
  for (const std::string& line : first) fresh.good(line);
  CHECK(script(fresh) == first);
}

TEST_CASE("what the firewall refuses") {
  FireBench net;
  const auto refused = [&net](std::string_view line) { return net.run(line); };
  CHECK(refused("enable firewall") == "Warning (2077059): Firewall is already enabled.");
  CHECK(refused("create firewall policy=NET") == "Error (3077285): Firewall policy already exists.");
  CHECK(refused("create firewall policy=\"a b\"") == "Error (3077259): Invalid name a b.");
  CHECK(refused("add firewall policy=net int=eth5 type=public") == "Error (3077260): Interface not found.");
  CHECK(refused("add firewall policy=net int=eth0 type=public") ==
        "Error (3077261): Interface is already in the policy.");
  net.good("create firewall policy=second");
  CHECK(refused("add firewall policy=second int=vlan1 type=private") ==
        "Error (3077262): Interface is already a private interface of policy net.");
  net.good("add firewall policy=second int=vlan1 type=public");
  CHECK(refused("add firewall policy=second rule=1 action=allow int=eth0 prot=tcp") ==
        "Error (3077263): Interface eth0 is not in the policy.");
  CHECK(refused("add firewall policy=net nat=enhanced int=eth0 gblint=vlan1") ==
        "Error (3077264): Interface eth0 is not a private interface of the policy.");
  CHECK(refused("add firewall policy=net rule=1 action=allow int=eth0 prot=icmp port=5") ==
        "Error (3077265): Parameter PORT cannot be used with this PROTOCOL.");
  CHECK(refused("add firewall policy=net rule=1 action=allow int=eth0 prot=tcp port=nothing") ==
        "Error (3077267): Invalid value for parameter PORT.");
  CHECK(refused("add firewall policy=net rule=1 action=nat nattype=reverse int=vlan1 prot=tcp") ==
        "Error (3077266): Parameter GBLREMOTEIP is required.");
  CHECK(refused("set firewall policy=net rule=1 ip=1.1.1.1") == "Error (3077268): Rule not found.");
  CHECK(refused("add firewall policy=net nat=standard int=vlan1 gblint=eth0") ==
        "Error (3077266): Parameter GBLIP is required.");
  net.good("add firewall policy=net nat=enhanced int=vlan1 gblint=eth0");
  CHECK(refused("add firewall policy=net nat=enhanced int=vlan1 gblint=eth0") ==
        "Error (3077270): NAT relation already exists.");
  CHECK(refused("add firewall policy=net int=dyn-none type=private") == "Error (3077279): Dynamic template not found.");
}

}  // namespace arrouter::test
