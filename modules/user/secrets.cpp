#include "modules/user/secrets.h"

#include <fmt/format.h>

#include "os/base/bytes.h"
#include "os/base/text.h"

namespace arrouter::user {
namespace {

constexpr std::string_view private_name = "chap-secrets";  // lines of user, digest and password in hex

}  // namespace

Secrets::Secrets(FileStore& files) : files_(files) {
  const auto text = files_.read_private(private_name);
  if (!text) return;
  for (const std::string_view line : split(*text, '\n')) {
    const auto words = split(line, ' ');
    const auto password = words.size() == 3 ? from_hex(words[2]) : std::nullopt;
    if (password) {
      secrets_[std::string(words[0])] = {std::string(words[1]), std::string(password->begin(), password->end()), true};
    }
  }
}

void Secrets::remember(const User& user, std::string_view password) {
  const auto before = secrets_.find(user.name);
  const bool was_kept = before != secrets_.end() && before->second.kept;
  secrets_[user.name] = {user.digest, std::string(password), !user.login};
  if (was_kept || !user.login) save();
}

std::optional<std::string> Secrets::find(const User& user) const {
  const auto found = secrets_.find(user.name);
  if (found == secrets_.end() || found->second.digest != user.digest) return std::nullopt;
  return found->second.password;
}

void Secrets::save() const {
  std::string text;
  for (const auto& [name, secret] : secrets_) {
    if (secret.kept) text += fmt::format("{} {} {}\n", name, secret.digest, to_hex(as_bytes(secret.password)));
  }
  // A full flash loses no more than CHAP after a restart.
  [[maybe_unused]] const auto written = files_.write_private(private_name, text);
}

}  // namespace arrouter::user
