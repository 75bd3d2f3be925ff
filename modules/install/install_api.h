// INSTALL's face to other modules: which features this router may use.
#pragma once

#include <string_view>

namespace arrouter::install {

class InstallApi {
 public:
  virtual ~InstallApi() = default;
  /// "3des", "aes": the model has the feature and its licence is not taken away. Known once the modules have started.
  virtual bool licensed(std::string_view feature) const = 0;
};

}  // namespace arrouter::install
