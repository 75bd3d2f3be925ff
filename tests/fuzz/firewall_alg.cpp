// Any text against the firewall's application gateways. The first byte chooses: FTP commands or replies, cut into
// segments of any size of which some are sent again, so that the receiver must end with exactly the edited lines; or a
// SIP message outward or inward, which keeps its lines.
#include <algorithm>
#include <cstdlib>

#include "modules/firewall/ftp.h"
#include "modules/firewall/line_stream.h"
#include "modules/firewall/sip.h"

namespace {

using namespace arrouter;
using namespace arrouter::firewall;

const Endpoint inside{Ipv4Address(192, 168, 1, 100), 5060}, outside{Ipv4Address(200, 200, 200, 1), 16400},
    far{Ipv4Address(8, 8, 8, 8), 5060};

LineStream::Reader reader_of(bool command) {
  return {command ? ftp::command_matters : ftp::reply_matters,
          [command](std::string_view line) -> std::optional<std::string> {
            const auto offer = command ? ftp::read_command(line) : ftp::read_reply(line);
            return offer ? std::optional(ftp::with_endpoint(line, *offer, outside)) : std::nullopt;
          }};
}

/// What the receiver is to have in the end.
std::string edited(std::string_view text, const LineStream::Reader& reader) {
  std::string result;
  while (!text.empty()) {
    const std::size_t feed = text.find('\n');
    const std::string_view line = text.substr(0, feed == std::string_view::npos ? text.size() : feed + 1);
    text.remove_prefix(line.size());
    bool looked_at = feed != std::string_view::npos;
    for (std::size_t known = 1; looked_at && known < line.size(); ++known) {
      looked_at = known < LineStream::longest_line && reader.matters(line.substr(0, known));
    }
    const auto fresh = looked_at ? reader.replace(line) : std::nullopt;
    result += fresh ? *fresh : std::string(line);
  }
  return result;
}

/// Each length byte is a segment: the top bit sends it twice, the next loses it the first time.
void ftp_stream(ByteReader input, bool command) {
  const auto reader = reader_of(command);
  LineStream stream;
  const std::uint32_t first = 0xffffff80;
  stream.start(first);
  std::string text, received;
  const auto send = [&](std::uint32_t at, std::string_view piece, bool last) {
    const ByteView bytes{reinterpret_cast<const std::uint8_t*>(piece.data()), piece.size()};
    const auto segment = stream.pass(first + at, bytes, last, reader);
    if (!segment) return false;
    const std::uint32_t place = segment->sequence - first;
    if (place <= received.size() && place + segment->text.size() > received.size()) {
      received += segment->text.substr(received.size() - place);
    }
    return true;
  };
  const auto answer = [&] {
    const std::uint32_t meant = stream.acknowledged(first + static_cast<std::uint32_t>(received.size())) - first;
    if (meant > text.size()) std::abort();
  };
  while (input.remaining() > 1) {
    const std::uint8_t head = input.u8();
    const ByteView bytes = input.take(std::min<std::size_t>(head & 0x3f, input.remaining()));
    const auto at = static_cast<std::uint32_t>(text.size());
    text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    const std::string_view piece = std::string_view(text).substr(at);
    const bool last = input.remaining() <= 1;
    if (!send(at, piece, last)) {
      answer();  // too many edits were on their way
      if (!send(at, piece, last)) std::abort();
    }
    if ((head & 0x80) != 0 && !send(at, piece, last)) std::abort();
    if ((head & 0x40) != 0) answer();
  }
  if (received != edited(text, reader)) std::abort();
}

void sip_message(std::string_view message, bool out) {
  sip::Map map;
  if (out) {
    map.ends = {{{inside, outside}, {far, far}}};
    map.media = [](std::uint16_t port) { return std::optional<std::uint16_t>(port ^ 0x4000); };
  } else {
    map.ends = {{{far, far}, {outside, inside}}};
    map.call_id = true;
  }
  const auto text = sip::translate(message, map);
  if (text && std::count(text->begin(), text->end(), '\n') != std::count(message.begin(), message.end(), '\n')) {
    std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const ByteView rest = ByteView{data, size}.subspan(1);
  if (data[0] % 4 < 2) {
    ftp_stream(ByteReader(rest), data[0] % 4 == 0);
  } else {
    sip_message({reinterpret_cast<const char*>(rest.data()), rest.size()}, data[0] % 4 == 2);
  }
  return 0;
}
