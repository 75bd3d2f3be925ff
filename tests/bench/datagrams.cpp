// Small packets as fast as a host can: iperf3 makes one system call for each and would be the limit itself.
//   bench_datagrams receive PORT SECONDS          prints how many datagrams came while a sender was at work
//   bench_datagrams send HOST PORT SECONDS BYTES  prints how many left
//   bench_datagrams flows HOST COUNT SECONDS      one packet to each of COUNT ends in turn, over and over: 32768 ports
//                                                 of HOST, of the address behind it and so on; at least one round
#include <arpa/inet.h>
#include <sys/socket.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
constexpr unsigned batch = 64;

struct Batch {
  explicit Batch(std::size_t bytes) : data(bytes) {
    for (unsigned i = 0; i < batch; ++i) {
      parts[i] = {data.data(), data.size()};  // all alike, and nobody reads what was received
      messages[i].msg_hdr.msg_iov = &parts[i];
      messages[i].msg_hdr.msg_iovlen = 1;
    }
  }
  std::vector<char> data;
  std::array<iovec, batch> parts{};
  std::array<mmsghdr, batch> messages{};
};

sockaddr_in address(const char* host, const char* port) {
  sockaddr_in made{};
  made.sin_family = AF_INET;
  made.sin_port = htons(static_cast<std::uint16_t>(std::atoi(port)));
  inet_pton(AF_INET, host, &made.sin_addr);
  return made;
}

int receive(const char* port, double seconds) {
  const int fd = socket(AF_INET, SOCK_DGRAM, 0);
  const int room = 32 << 20;
  setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
  const sockaddr_in own = address("0.0.0.0", port);
  if (bind(fd, reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0) return 1;
  const timeval patience{0, 300'000};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  std::puts("listening");
  std::fflush(stdout);
  Batch into(2048);
  std::uint64_t count = 0;
  const auto end = Clock::now() + std::chrono::duration<double>(seconds);
  while (Clock::now() < end) {
    const int got = recvmmsg(fd, into.messages.data(), batch, MSG_WAITFORONE, nullptr);
    if (got > 0) count += static_cast<unsigned>(got);
    if (got <= 0 && count > 0) break;  // the sender has stopped
  }
  std::printf("%llu\n", static_cast<unsigned long long>(count));
  return 0;
}

int send(const char* host, const char* port, double seconds, std::size_t bytes) {
  const int fd = socket(AF_INET, SOCK_DGRAM, 0);
  const sockaddr_in to = address(host, port);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) return 1;
  Batch from(bytes);
  std::uint64_t count = 0;
  const auto end = Clock::now() + std::chrono::duration<double>(seconds);
  while (Clock::now() < end) {
    const int sent = sendmmsg(fd, from.messages.data(), batch, 0);
    if (sent > 0) count += static_cast<unsigned>(sent);
  }
  std::printf("%llu\n", static_cast<unsigned long long>(count));
  return 0;
}

int flows(const char* host, std::uint32_t count, double seconds) {
  constexpr std::uint32_t ports = 32768, first_port = 1024;
  const int fd = socket(AF_INET, SOCK_DGRAM, 0);
  const sockaddr_in own = address("0.0.0.0", "1023");  // the same in each run, so that the flows are the same
  if (bind(fd, reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0) return 1;
  const std::uint32_t first = ntohl(address(host, "0").sin_addr.s_addr);
  Batch from(16);
  std::array<sockaddr_in, batch> ends{};
  std::uint64_t sent = 0;
  const auto end = Clock::now() + std::chrono::duration<double>(seconds);
  while (Clock::now() < end || sent < count) {
    for (unsigned i = 0; i < batch; ++i) {
      const auto flow = static_cast<std::uint32_t>((sent + i) % count);
      ends[i].sin_family = AF_INET;
      ends[i].sin_addr.s_addr = htonl(first + flow / ports);
      ends[i].sin_port = htons(static_cast<std::uint16_t>(first_port + flow % ports));
      from.messages[i].msg_hdr.msg_name = &ends[i];
      from.messages[i].msg_hdr.msg_namelen = sizeof ends[i];
    }
    const int done = sendmmsg(fd, from.messages.data(), batch, 0);
    if (done > 0) sent += static_cast<unsigned>(done);
  }
  std::printf("%llu\n", static_cast<unsigned long long>(sent));
  return 0;
}

}  // namespace

int main(int count, char** words) {
  const std::string_view what = count > 1 ? words[1] : "";
  if (what == "receive" && count == 4) return receive(words[2], std::atof(words[3]));
  if (what == "send" && count == 6) {
    return send(words[2], words[3], std::atof(words[4]), static_cast<std::size_t>(std::atoi(words[5])));
  }
  if (what == "flows" && count == 5) {
    return flows(words[2], static_cast<std::uint32_t>(std::atol(words[3])), std::atof(words[4]));
  }
  std::fputs("bench_datagrams receive PORT SECONDS | send HOST PORT SECONDS BYTES | flows HOST COUNT SECONDS\n",
             stderr);
  return 2;
}
