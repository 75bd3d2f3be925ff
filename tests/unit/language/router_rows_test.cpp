// The rows of the whole router, as every module gives them.
#include <catch2/catch.hpp>

#include "os/assembly/router.h"
#include "tests/support/line_generator.h"
#include "tests/support/virtual_time.h"

namespace arrouter::test {
namespace {

/// A router without links in virtual time, up and running.
class IdleRouter {
 public:
  IdleRouter() {
    RouterOptions options;
    options.model = find_model("AR415S").value();
    router_ = Router::make({time_, time_.scheduler, time_, time_, random_}, std::move(options)).value();
    REQUIRE(router_->attach_ports({}, 1).has_value());
    router_->boot();
  }
  Router* operator->() { return router_.get(); }

 private:
  VirtualTime time_;
  SeededRandom random_{1};
  std::unique_ptr<Router> router_;
};

}  // namespace

TEST_CASE("every row of the router takes the lines made from it") {
  IdleRouter router;
  SeededRandom random(1806);
  for (const std::string& wrong : rows_that_do_not_parse(router->table(), random, 25)) FAIL_CHECK(wrong);
}

TEST_CASE("mutated lines of every row: a row or one error line") {
  IdleRouter router;
  SeededRandom random(11);
  for (const auto& grammar : router->table().grammars()) {
    for (int i = 0; i < 10; ++i) {
      const std::string line = mutated(random_line(*grammar, random), random);
      const auto match = router->table().parse(line);
      INFO(line);
      REQUIRE((match || match.error().line().starts_with("Error (3035")));
      const std::string help = router->table().help(line, Access::user);
      REQUIRE((help.starts_with("Options :") || help.starts_with("Error (3035")));
    }
  }
}

}  // namespace arrouter::test
