#include "modules/enco/library.h"

namespace arrouter::enco {

Library::Library() : context_(OSSL_LIB_CTX_new()) {
  if (!context_) return;
  default_.reset(OSSL_PROVIDER_load(context_.get(), "default"));
  legacy_.reset(OSSL_PROVIDER_load(context_.get(), "legacy"));
}

}  // namespace arrouter::enco
