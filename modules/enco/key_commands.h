// What the commands for all types of keys share.
#pragma once

#include <optional>

#include "modules/enco/enco_api.h"
#include "os/command.h"

namespace arrouter::enco {

std::uint16_t key_id(const Args& args);
Outcome missing_parameter(std::string_view name);
/// Takes over the parameters CREATE and SET have in common; the outcome is an error or nothing.
std::optional<Outcome> describe(Key& key, const Args& args);

}  // namespace arrouter::enco
