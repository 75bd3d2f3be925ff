// SHOW ENCO and SHOW ENCO CHANNEL (reference/enco.md 4.3 to 4.6).
#include "modules/enco/enco.h"
#include "modules/enco/show.h"
#include "modules/enco/texts.h"
#include "os/base/text.h"

namespace arrouter::enco {

namespace {

constexpr int values = 33;          // column of SHOW ENCO's values
constexpr int channel_values = 32;  // of SHOW ENCO CHANNEL=n

std::string_view on_or_off(bool on) { return on ? "enabled" : "disabled"; }

std::string_view shown(Hash hash) {
  switch (hash) {
    case Hash::md5:
      return "HMAC-MD5";
    case Hash::sha:
      return "HMAC-SHA";
    case Hash::des_mac:
      return "DESMAC";
    case Hash::null:
      break;
  }
  return "-";
}
std::string_view shown(Cipher cipher) { return cipher == Cipher::null ? "-" : traits(cipher).name; }
std::string_view shown(Compression compression) { return compression == Compression::none ? "-" : name(compression); }
std::string none_for_dash(std::string_view text) { return std::string(text == "-" ? "None" : text); }

std::string_view shown(JobPriority priority) {
  switch (priority) {
    case JobPriority::low:
      return "LOW";
    case JobPriority::medium:
      return "MEDIUM";
    case JobPriority::high:
      break;
  }
  return "HIGH";
}

void show_hardware(Screen& screen, const Model& model) {
  const bool present = model.encryption == "present";
  const bool card = on_card(model);
  const auto word = [](bool there) { return there ? "present" : "not present"; };
  screen.line(" Hardware");
  const auto scope = screen.object("hardware");
  screen.field(3, values, "PAC card", word(present && card));
  screen.field(3, values, "MAC card", word(false));
  screen.field(3, values, "Built-in engine", word(present && !card));
}

void show_compression(Screen& screen, const SoftwareSettings& software, std::size_t lzs_channels) {
  screen.line("   Compression");
  const auto scope = screen.object("compression");
  screen.line("     STAC LZS");
  {
    const auto stac = screen.object("stacLzs");
    screen.field(7, values, "Max channels", software.stac_channels);
    screen.field(7, values, "Active channels", lzs_channels);
    screen.field(7, values, "Speed", software.stac_speed);
  }
  screen.line("     Predictor");
  const auto predictor = screen.object("predictor");
  screen.field(7, values, "Max channels", software.predictor_channels);
  screen.field(7, values, "Active channels", 0);
}

std::string shown(const CipherEngines& engines) {
  if (!engines.encode) return "not available";
  if (engines.encode == engines.decode) return std::string(engines.encode->name());
  return fmt::format("{} (encode), {} (decode)", engines.encode->name(), engines.decode->name());
}

/// Which library does the work of each algorithm.
void show_engines(Screen& screen, const Suite& suite, const EncoApi& enco) {
  screen.line(" Processed by");
  const auto scope = screen.object("processedBy");
  for (const Cipher cipher : real_ciphers) {
    const bool unlicensed = suite.ciphers(cipher).encode && !enco.available(cipher);
    if (unlicensed) continue;
    screen.field(3, values, traits(cipher).name, shown(suite.ciphers(cipher)), traits(cipher).name);
  }
  for (const Hash hash : real_hashes) {
    const MacEngine* const engine = suite.mac(hash);
    screen.field(3, values, shown(hash), engine == nullptr ? "not available" : engine->name(), shown(hash));
  }
  for (const std::string_view name : {"DH", "RSA"}) screen.field(3, values, name, "OpenSSL", name);
  for (const auto& [compression, engine] : {std::pair(Compression::lzs, "built-in"), {Compression::deflate, "zlib"}}) {
    const std::string_view name = enco::name(compression);
    screen.field(3, values, name, suite.has(compression) ? engine : "not available", name);
  }
}

void show_channel(Screen& screen, const Channel& channel, bool hardware) {
  screen.line(fmt::format("ENCO Channel {}", channel.id));
  screen.set("channel", channel.id);
  screen.field(2, channel_values, "User module", channel.user);
  screen.field(2, channel_values, "User identifier", channel.user_id);
  screen.field(2, channel_values, "State", "Open");
  screen.field(2, channel_values, "Compression process", none_for_dash(shown(channel.compression)));
  screen.field(2, channel_values, "Encryption process", none_for_dash(shown(channel.cipher)));
  if (channel.cipher != Cipher::null) {
    screen.field(4, channel_values, "Processed by", hardware ? "Hardware" : "Software");
    screen.field(4, channel_values, "IV length", traits(channel.cipher).block_bytes);
  }
  screen.field(2, channel_values, "Authentication process", none_for_dash(shown(channel.hash)));
  if (channel.hash != Hash::null) screen.field(4, channel_values, "Digest length", traits(channel.hash).icv_bytes);
}

void show_channel_counters(Screen& screen, const Channels& channels, const Channel& channel) {
  const FlowCounters in = channels.counters(channel, Direction::decode);
  const FlowCounters out = channels.counters(channel, Direction::encode);
  screen.line(fmt::format("ENCO Channel {} Counters", channel.id));
  screen.line();
  screen.line(" Encode                               Decode");
  dotted_counters(screen, {{"encodePackets", out.packets()},
                           {"decodePackets", in.packets()},
                           {"encodeOctets", out.octets},
                           {"decodeOctets", in.octets},
                           {"encodeGood", out.good},
                           {"decodeGood", in.good},
                           {"encodeDiscards", out.discards},
                           {"decodeDiscards", in.discards},
                           {"encodeErrors", out.errors},
                           {"decodeErrors", in.errors},
                           {"", 0},
                           {"authFailures", in.bad_icv}});
  const CompressionStatistics& statistics = channels.statistics();
  if (channel.compression == Compression::none || !statistics.kept()) return;
  screen.field(3, channel_values, "Compression ratio", statistics.ratio(channel.id, Direction::encode));
  screen.field(3, channel_values, "Expansion ratio", statistics.ratio(channel.id, Direction::decode));
}

}  // namespace

Outcome Enco::show(Invocation& call) const {
  Screen& screen = call.screen;
  screen.line();
  screen.line("ENCO Module Configuration");
  screen.line();
  show_hardware(screen, services_.model);
  screen.line();
  screen.line(" Software processes");
  show_compression(screen, software_, channels_.in_use(Compression::lzs));
  std::string ciphers, macs;
  for (const Cipher cipher : real_ciphers)
    if (available(cipher)) ciphers += fmt::format("{} ", traits(cipher).name);
  for (const std::string_view name : {"MD5", "SHA"}) macs += fmt::format("{} ", name);
  for (const Hash hash : real_hashes)
    if (available(hash)) macs += fmt::format("{} ", shown(hash));
  screen.field(3, values, "Encryption", trim(ciphers));
  screen.field(3, values, "Authentication", trim(macs));
  screen.field(3, values, "Key exchange", "DH RSA");
  screen.line();
  show_engines(screen, suite_, *this);
  screen.line();
  screen.line(" Diffie-Hellman");
  {
    const auto scope = screen.object("diffieHellman");
    screen.field(3, values, "Priority", shown(jobs_->priority));
    screen.field(3, values, "Padding", dh_.padding ? "ON" : "OFF");
  }
  screen.line();
  screen.field(1, values, "Compression statistics", on_or_off(channels_.statistics().kept()));
  screen.field(1, values, "Debugging", on_or_off(debugging_));
  screen.field(1, values, "Channels in use", channels_.in_use());
  return Outcome::screen();
}

Outcome Enco::show_workers(Screen& screen) const {
  const Workers& workers = suite_.workers();
  const std::size_t threads = workers.threads.threads();
  screen.line();
  screen.line("ENCO Worker Threads");
  screen.field(2, channel_values, "Threads", threads);
  screen.field(2, channel_values, "Bursts split", workers.bursts);
  screen.field(2, channel_values, "Packets by the datapath", workers.packets[0]);
  for (std::size_t thread = 1; thread <= threads; ++thread)
    screen.field(2, channel_values, fmt::format("Packets by worker {}", thread), workers.packets[thread]);
  return Outcome::screen();
}

Outcome Enco::show_channels(Invocation& call) const {
  Screen& screen = call.screen;
  const bool counters = call.args.has("COUNTERS");
  const bool hardware = services_.model.encryption == "present";
  if (call.args.has_value("CHANNEL")) {
    const auto id = static_cast<ChannelId>(call.args.number("CHANNEL"));
    const Channel* channel = channels_.find(id);
    if (channel == nullptr) return reply(message::channel_unknown, id);
    screen.line();
    counters ? show_channel_counters(screen, channels_, *channel)
             : show_channel(screen, *channel, hardware);
    return Outcome::screen();
  }
  if (counters) {
    for (const Channel* channel : channels_.all()) {
      const auto item = screen.item("channels");
      screen.line();
      screen.set("channel", channel->id);
      show_channel_counters(screen, channels_, *channel);
    }
    return channels_.in_use() == 0 ? reply(message::channel_none) : Outcome::screen();
  }
  screen.line();
  screen.line(" Channel  User    User Id  Compression   Encryption    Authentication  State");
  screen.rule(77);
  screen.table("channels", {}, true);
  for (const Channel* channel : channels_.all()) {
    const auto item = screen.item("channels");
    screen.line(fmt::format(" {:<8} {:<7} {:<8} {:<13} {:<13} {:<15} Open", channel->id, channel->user,
                            channel->user_id, shown(channel->compression), shown(channel->cipher), shown(channel->hash)));
    screen.set("channel", channel->id);
    screen.set("user", channel->user);
    screen.set("userId", channel->user_id);
    screen.set("compression", shown(channel->compression));
    screen.set("encryption", shown(channel->cipher));
    screen.set("authentication", shown(channel->hash));
    screen.set("state", "Open");
  }
  screen.rule(77);
  return Outcome::screen();
}

}  // namespace arrouter::enco
