#include "modules/isakmp/distinguished_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "os/base/text.h"

namespace arrouter::isakmp {

namespace {

constexpr std::uint8_t object_id = 0x06, utf8_string = 0x0c, printable_string = 0x13, ia5_string = 0x16,
                       sequence = 0x30, set = 0x31;
constexpr std::size_t most_attributes = 32, longest_text = 1000;  // of a Name that is looked into, or made

/// One attribute with its value; several may share one relative name.
struct Attribute {
  ByteView oid, value;
  bool begins_name = true;
};
using Attributes = std::vector<Attribute>;

struct Keyword {
  std::string_view word;
  std::string_view oid;  // its content, in hex
  bool ia5 = false;
};
// The first of several words for one attribute is the one that is shown.
constexpr std::array<Keyword, 16> keywords{{{"cn", "550403"},
                                            {"sn", "550405"},
                                            {"c", "550406"},
                                            {"l", "550407"},
                                            {"st", "550408"},
                                            {"s", "550408"},
                                            {"street", "550409"},
                                            {"o", "55040a"},
                                            {"ou", "55040b"},
                                            {"t", "55040c"},
                                            {"dc", "0992268993f22c640119", true},
                                            {"uid", "0992268993f22c640101"},
                                            {"e", "2a864886f70d010901", true},
                                            {"email", "2a864886f70d010901", true},
                                            {"emailaddress", "2a864886f70d010901", true},
                                            {"serialnumber", "550405"}}};

// ---- writing -----------------------------------------------------------------------------------------------------

Bytes element(std::uint8_t tag, ByteView content) {
  Bytes out{tag};
  if (content.size() > 0xff) {
    out.push_back(0x82);
    out.push_back(static_cast<std::uint8_t>(content.size() >> 8));
  } else if (content.size() > 0x7f) {
    out.push_back(0x81);
  }
  out.push_back(static_cast<std::uint8_t>(content.size()));
  out.insert(out.end(), content.begin(), content.end());
  return out;
}

bool printable(std::string_view value) {
  constexpr std::string_view marks = " '()+,-./:=?";
  return std::ranges::all_of(value, [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           marks.find(c) != std::string_view::npos;
  });
}

/// The parts between commas; a backslash takes the next character as it is.
std::vector<std::string> parts_of(std::string_view text) {
  std::vector<std::string> parts(1);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == ',') {
      parts.emplace_back();
    } else {
      if (text[i] == '\\' && i + 1 < text.size()) ++i;
      parts.back() += text[i];
    }
  }
  return parts;
}

// ---- reading -----------------------------------------------------------------------------------------------------

/// The content of the next element, which must have that tag (0: any).
ByteView take(ByteReader& reader, std::uint8_t tag) {
  if (const std::uint8_t found = reader.u8(); tag != 0 && found != tag) reader.take(reader.remaining() + 1);
  std::size_t length = reader.u8();
  if (length == 0x81) {
    length = reader.u8();
  } else if (length == 0x82) {
    length = reader.u16();
  }
  return reader.take(length);
}

std::optional<Attributes> read_name(ByteView der) {
  Attributes found;
  ByteReader outer(der);
  ByteReader names(take(outer, sequence));
  while (outer.ok() && outer.remaining() == 0 && names.ok() && names.remaining() > 0) {
    ByteReader relative(take(names, set));
    bool first = true;
    while (relative.ok() && relative.remaining() > 0 && found.size() < most_attributes) {
      ByteReader pair(take(relative, sequence));
      const ByteView oid = take(pair, object_id), value = take(pair, 0);
      if (!pair.ok() || pair.remaining() != 0 || oid.empty()) return std::nullopt;
      found.push_back({oid, value, std::exchange(first, false)});
    }
    if (!relative.ok() || relative.remaining() != 0 || first) return std::nullopt;
  }
  if (!outer.ok() || outer.remaining() != 0 || !names.ok()) return std::nullopt;
  return found;
}

/// "1.2.840.113549" of an object identifier's content (X.690 8.19).
std::string dotted(ByteView oid) {
  std::string text;
  std::uint64_t arc = 0;
  for (const std::uint8_t octet : oid) {
    arc = arc << 7 | (octet & 0x7f);
    if ((octet & 0x80) != 0) continue;
    const std::uint64_t first = std::min<std::uint64_t>(arc / 40, 2);
    text += text.empty() ? fmt::format("{}.{}", first, arc - 40 * first) : fmt::format(".{}", arc);
    arc = 0;
  }
  return text;
}

std::string shown_value(ByteView value) {
  std::string text;
  for (const std::uint8_t octet : value) {
    const char c = octet >= 0x20 && octet < 0x7f ? static_cast<char>(octet) : '?';
    if (c == ',' || c == '\\') text += '\\';
    text += c;
  }
  return text;
}

std::string_view as_text(ByteView value) { return {reinterpret_cast<const char*>(value.data()), value.size()}; }

}  // namespace

std::optional<Bytes> distinguished_name(std::string_view text) {
  Bytes names;
  if (text.size() > longest_text) return std::nullopt;
  const std::vector<std::string> parts = parts_of(text);
  if (parts.size() > most_attributes) return std::nullopt;
  for (const std::string& part : parts) {
    const auto equals = part.find('=');
    if (equals == std::string::npos) return std::nullopt;
    const std::string word = to_lower(trim(std::string_view(part).substr(0, equals)));
    const std::string_view value = trim(std::string_view(part).substr(equals + 1));
    const auto* const keyword = std::ranges::find(keywords, word, &Keyword::word);
    if (keyword == keywords.end() || value.empty()) return std::nullopt;
    Bytes pair = element(object_id, *from_hex(keyword->oid));
    const std::uint8_t type = keyword->ia5 ? ia5_string : printable(value) ? printable_string : utf8_string;
    const Bytes string = element(type, as_bytes(value));
    pair.insert(pair.end(), string.begin(), string.end());
    const Bytes one = element(set, element(sequence, pair));
    names.insert(names.end(), one.begin(), one.end());
  }
  return element(sequence, names);
}

std::optional<std::string> distinguished_name_text(ByteView der) {
  const auto name = read_name(der);
  if (!name) return std::nullopt;
  std::string text;
  for (const Attribute& attribute : *name) {
    const auto* const keyword = std::ranges::find(keywords, to_hex(attribute.oid), &Keyword::oid);
    if (!text.empty()) text += attribute.begins_name ? "," : "+";
    text += keyword == keywords.end() ? dotted(attribute.oid) : std::string(keyword->word);
    text += "=" + shown_value(attribute.value);
  }
  return text;
}

bool same_distinguished_name(ByteView left, ByteView right) {
  const auto a = read_name(left), b = read_name(right);
  if (!a || !b) return std::ranges::equal(left, right);
  return std::ranges::equal(*a, *b, [](const Attribute& one, const Attribute& other) {
    return one.begins_name == other.begins_name && std::ranges::equal(one.oid, other.oid) &&
           equal_ignoring_case(trim(as_text(one.value)), trim(as_text(other.value)));
  });
}

}  // namespace arrouter::isakmp
