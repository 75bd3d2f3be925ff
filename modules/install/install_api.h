// INSTALL's face to other modules: which features this router may use, and what it runs.
#pragma once

#include <string>
#include <string_view>

namespace arrouter::install {

class InstallApi {
 public:
  virtual ~InstallApi() = default;
  /// "3des", "aes": the model has the feature and its licence is not taken away. Known once the modules have started.
  virtual bool licensed(std::string_view feature) const = 0;
  /// The file ("flash:54291-01.paz") of the patch that was installed at the start; empty: none.
  virtual const std::string& running_patch() const = 0;
};

}  // namespace arrouter::install
