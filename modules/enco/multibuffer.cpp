#include "modules/enco/multibuffer.h"

#ifdef ARROUTER_IPSEC_MB

namespace arrouter::enco {
namespace {

void prepare_auto(IMB_MGR* manager) { init_mb_mgr_auto(manager, nullptr); }

}  // namespace

Manager make_manager(void (*prepare)(IMB_MGR*), std::uint64_t needed_features) {
  Manager manager(alloc_mb_mgr(0), [](IMB_MGR* made) {
    if (made != nullptr) free_mb_mgr(made);
  });
  if (!manager || (manager->features & needed_features) != needed_features) return nullptr;
  prepare(manager.get());
  return imb_get_errno(manager.get()) == 0 ? manager : nullptr;
}

Manager make_avx512_manager() { return make_manager(init_mb_mgr_avx512, IMB_CPUFLAGS_AVX512); }

Manager make_narrow_manager() {
  if (Manager manager = make_manager(init_mb_mgr_sse, IMB_CPUFLAGS_SSE_T2)) return manager;
  return make_manager(prepare_auto, IMB_CPUFLAGS_SSE);
}

Manager make_fastest_manager() {
  if (Manager manager = make_avx512_manager()) return manager;
  return make_narrow_manager();
}

}  // namespace arrouter::enco

#endif
