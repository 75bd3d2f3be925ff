// Intel's multi-buffer library: the managers its engines share, and what each instruction set is good for.
#pragma once

#ifdef ARROUTER_IPSEC_MB

#include <intel-ipsec-mb.h>

#include <memory>

#include "modules/enco/engine.h"

namespace arrouter::enco {

using Manager = std::shared_ptr<IMB_MGR>;

/// nullptr where the processor lacks the features (IMB_CPUFLAGS_…).
Manager make_manager(void (*prepare)(IMB_MGR*), std::uint64_t needed_features);
Manager make_avx512_manager();
/// With SHA instructions the SSE code is faster than the AVX2 code that the library would choose.
Manager make_narrow_manager();
Manager make_fastest_manager();

/// 3DES2KEY or 3DESOUTER, by the length of the key; nullptr without AVX-512 or a `plain` engine for what comes in too
/// small bursts.
std::unique_ptr<CipherEngine> make_multibuffer_triple_des(std::size_t key_bytes,
                                                          std::shared_ptr<const CipherEngine> plain);

}  // namespace arrouter::enco

#endif
