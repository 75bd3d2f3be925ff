#include "netdev/socket_program.h"

#include <limits>

namespace arrouter {
namespace {

constexpr std::size_t nowhere = 0;  // a jump cannot lead to the first instruction

}  // namespace

SocketProgram::Label SocketProgram::label() {
  places_.push_back(nowhere);
  return Label(places_.size() - 1);
}

void SocketProgram::place(Label label) { places_[label.number] = program_.size(); }

void SocketProgram::add(std::uint16_t code, std::uint32_t value) { program_.push_back(BPF_STMT(code, value)); }

void SocketProgram::jump(Label to) {
  jumps_.push_back({program_.size(), Field::always, to.number});
  add(BPF_JMP | BPF_JA);
}

void SocketProgram::jump_if(std::uint16_t test, std::uint32_t value, Label to) {
  jumps_.push_back({program_.size(), Field::holds, to.number});
  add(static_cast<std::uint16_t>(BPF_JMP | test | BPF_K), value);
}

void SocketProgram::jump_unless(std::uint16_t test, std::uint32_t value, Label to) {
  jumps_.push_back({program_.size(), Field::fails, to.number});
  add(static_cast<std::uint16_t>(BPF_JMP | test | BPF_K), value);
}

std::vector<sock_filter> SocketProgram::finish() const {
  std::vector<sock_filter> program = program_;
  for (const Jump& jump : jumps_) {
    const std::size_t place = places_[jump.label], next = jump.from + 1;  // distances count from the next one
    if (place < next || place >= program.size()) return {};
    const std::size_t distance = place - next;
    sock_filter& instruction = program[jump.from];
    if (jump.field == Field::always) {
      instruction.k = static_cast<std::uint32_t>(distance);
    } else if (distance > std::numeric_limits<std::uint8_t>::max()) {
      return {};
    } else {
      (jump.field == Field::holds ? instruction.jt : instruction.jf) = static_cast<std::uint8_t>(distance);
    }
  }
  return program;
}

}  // namespace arrouter
