#include "modules/ip/dns_stream.h"

namespace arrouter::ip {

namespace {

constexpr std::size_t length_bytes = 2;

}  // namespace

void DnsStream::start(Tcp& tcp, Ipv4Address source, const TcpEndpoint& server, ByteView query, Done done) {
  done_ = std::move(done);
  query_ = {static_cast<char>(query.size() >> 8), static_cast<char>(query.size())};
  query_.append(query.begin(), query.end());
  tcp.connect(source, server, weak_from_this(),
              [this](Result<std::unique_ptr<TcpStream>> stream) { connected(std::move(stream)); });
}

void DnsStream::connected(Result<std::unique_ptr<TcpStream>> stream) {
  if (!stream) return end({});
  stream_ = std::move(*stream);
  stream_->start([this](std::string_view bytes) { received(bytes); }, [this] { end({}); });
  stream_->send(query_);
}

void DnsStream::received(std::string_view bytes) {
  heard_ += bytes;
  const ByteView heard = as_bytes(heard_);
  if (heard.size() < length_bytes || heard.size() < length_bytes + load_be16(heard.data())) return;
  end(heard.subspan(length_bytes, load_be16(heard.data())));
}

void DnsStream::end(ByteView answer) {
  const auto self = shared_from_this();
  if (const auto done = std::exchange(done_, {})) done(answer);
}

}  // namespace arrouter::ip
