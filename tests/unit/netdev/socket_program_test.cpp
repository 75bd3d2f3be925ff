// Programs for socket filters: where their jumps lead.
#include <catch2/catch.hpp>

#include "netdev/socket_program.h"

using arrouter::SocketProgram;

namespace {

/// A jump of each kind over `between` instructions.
struct Jumps {
  explicit Jumps(std::size_t between) {
    SocketProgram writer;
    const auto end = writer.label();
    writer.jump_if(BPF_JEQ, 7, end);
    writer.jump_unless(BPF_JGE, 8, end);
    writer.jump(end);
    for (std::size_t i = 0; i < between; ++i) writer.add(BPF_MISC | BPF_TAX);
    writer.place(end);
    writer.add(BPF_RET | BPF_K, 1);
    program = writer.finish();
  }
  std::vector<sock_filter> program;
};

}  // namespace

TEST_CASE("Jumps are counted from the instruction behind them, and the other way goes on there") {
  const auto program = Jumps(5).program;
  REQUIRE(program.size() == 9);
  CHECK(program[0].code == (BPF_JMP | BPF_JEQ | BPF_K));
  CHECK(program[0].k == 7);
  CHECK(program[0].jt == 7);
  CHECK(program[0].jf == 0);
  CHECK(program[1].jt == 0);
  CHECK(program[1].jf == 6);
  CHECK(program[2].code == (BPF_JMP | BPF_JA));
  CHECK(program[2].k == 5);
}

TEST_CASE("A condition reaches over 255 instructions, and what reaches further is no program") {
  CHECK(Jumps(253).program.front().jt == 255);
  CHECK(Jumps(254).program.empty());
}

TEST_CASE("Jumps back, behind the end or to a label that is nowhere are no program") {
  SocketProgram back, behind, nowhere;
  const auto loop = back.label();
  back.add(BPF_MISC | BPF_TAX);
  back.place(loop);
  back.jump(loop);
  back.add(BPF_RET | BPF_K, 0);
  CHECK(back.finish().empty());
  const auto end = behind.label();
  behind.jump(end);
  behind.place(end);
  CHECK(behind.finish().empty());
  nowhere.jump(nowhere.label());
  nowhere.add(BPF_RET | BPF_K, 0);
  CHECK(nowhere.finish().empty());
}
