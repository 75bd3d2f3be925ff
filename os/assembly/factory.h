// What a model's FLASH has when it leaves the factory.
#pragma once

#include "os/files.h"
#include "os/model.h"

namespace arrouter {

/// Bytes of FLASH that files may use: all but the boot block.
std::uint64_t file_system_bytes(const Model& model);
FlashLayout factory_flash(const Model& model);

}  // namespace arrouter
