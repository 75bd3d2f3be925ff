// The How-To Note's network in virtual time, with the example configurations:
// PC1 192.168.1.100 - Peer1 - Internet - Peer2 - 192.168.2.100 PC2.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "tests/support/virtual_router.h"

namespace arrouter::test {

/// A file of the source tree.
std::string source_file(std::string_view path);
/// `text` with these parts replaced, in turn and wherever they are. Throws when one is not there, so that an example
/// that is changed cannot leave a test with less than it says.
std::string changed(std::string text, std::initializer_list<std::pair<std::string_view, std::string_view>> changes);
/// What `router` refused of its boot configuration, one line each.
std::string refusals(Router& router);

class ExampleNetwork {
 public:
  /// Boots everything; both peers know the pre-shared key. The seed fixes every byte on the wires.
  explicit ExampleNetwork(std::uint64_t seed = 1);

  /// Pings from PC1 to PC2 and waits for the answers; how many came.
  int pings_answered(int count);

  VirtualTime time;
  VirtualRouter pc1, peer1, internet, peer2, pc2;

 private:
  MemoryLink lan1_, wan1_, wan2_, lan2_;
};

}  // namespace arrouter::test
