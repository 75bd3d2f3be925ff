// Network interfaces of this host: the few questions and settings drivers need.
#pragma once

#include <net/if.h>

#include <string>

#include "os/base/result.h"

namespace arrouter {

/// Puts an interface name into a request; fails when it is empty, longer than 15 characters or has a character that
/// names never have ('%' would let the kernel choose).
Result<void> name_request(ifreq& request, const std::string& interface);
/// Sets the interface of this namespace up; nothing to do when it is.
Result<void> set_interface_up(const std::string& interface);
/// Lets so many frames wait in the interface's transmit queue; it stays as it is where that is not permitted.
void set_queue_length(const std::string& interface, int frames);

}  // namespace arrouter
