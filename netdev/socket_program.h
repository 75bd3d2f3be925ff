// Writes a program for a socket filter (classic BPF, linux/filter.h): jumps name labels, and where those are is worked
// out at the end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <linux/filter.h>

namespace arrouter {

class SocketProgram {
 public:
  class Label {
    friend SocketProgram;
    explicit Label(std::size_t number) : number(number) {}
    std::size_t number;
  };

  /// A place that jumps can name before it is there; place() says where it is.
  Label label();
  void place(Label label);

  void add(std::uint16_t code, std::uint32_t value = 0);
  void jump(Label to);
  /// Compare A with `value` (BPF_JEQ, BPF_JGE, BPF_JSET …), go on with the next instruction or jump.
  void jump_if(std::uint16_t test, std::uint32_t value, Label to);
  void jump_unless(std::uint16_t test, std::uint32_t value, Label to);

  /// The instructions; none, which no kernel takes, when a jump leads back, nowhere, or further than its field can say.
  std::vector<sock_filter> finish() const;

 private:
  enum class Field : std::uint8_t { always, holds, fails };
  struct Jump {
    std::size_t from;
    Field field;
    std::size_t label;
  };

  std::vector<sock_filter> program_;
  std::vector<std::size_t> places_;  // by label
  std::vector<Jump> jumps_;
};

}  // namespace arrouter
