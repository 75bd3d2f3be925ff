// What a packet must not cost once everything is under way: memory from the heap, and locks. This program replaces
// operator new and pthread_mutex_lock with counting ones.
#include <catch2/catch.hpp>

#include <dlfcn.h>
#include <pthread.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "tests/support/two_sites.h"

namespace {

std::atomic<bool> counting = false;  // of all threads: ENCO may have workers
std::atomic<std::size_t> allocations = 0, locks = 0;

void* counted(std::size_t size) {
  if (counting) ++allocations;
  if (void* const block = std::malloc(size == 0 ? 1 : size)) return block;
  throw std::bad_alloc();
}

}  // namespace

void* operator new(std::size_t size) { return counted(size); }
void* operator new[](std::size_t size) { return counted(size); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  if (counting) ++allocations;
  const auto align = static_cast<std::size_t>(alignment);
  if (void* const block = std::aligned_alloc(align, (size + align - 1) / align * align)) return block;
  throw std::bad_alloc();
}
void operator delete(void* block) noexcept { std::free(block); }
void operator delete[](void* block) noexcept { std::free(block); }
void operator delete(void* block, std::size_t) noexcept { std::free(block); }
void operator delete[](void* block, std::size_t) noexcept { std::free(block); }
void operator delete(void* block, std::align_val_t) noexcept { std::free(block); }
void operator delete(void* block, std::size_t, std::align_val_t) noexcept { std::free(block); }

extern "C" int pthread_mutex_lock(pthread_mutex_t* mutex) noexcept {
  using Lock = int (*)(pthread_mutex_t*);
  static const Lock real = reinterpret_cast<Lock>(dlsym(RTLD_NEXT, "pthread_mutex_lock"));
  if (counting) ++locks;
  return real(mutex);
}

using namespace arrouter::test;

namespace {

struct Sizes {
  std::size_t packets, payload;
};

/// Bursts of that kind after some have shown the way; all must arrive.
void pass(TwoSites& sites, Sizes sizes) {
  const auto once = [&] {
    sites.send(sizes.packets, sizes.payload);
    sites.settle();
  };
  for (int i = 0; i < 5; ++i) once();
  const std::uint64_t before = sites.arrived();
  allocations = locks = 0;
  counting = true;
  for (int i = 0; i < 50; ++i) once();
  counting = false;
  CHECK(sites.arrived() - before == 50 * sizes.packets);
  CHECK(allocations == 0);
  CHECK(locks == 0);
}

}  // namespace

TEST_CASE("the counters count") {
  counting = true;
  allocations = locks = 0;
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_mutex_lock(&mutex);
  pthread_mutex_unlock(&mutex);
  void* const volatile block = ::operator new(10);
  counting = false;
  ::operator delete(block);
  CHECK(allocations == 1);
  CHECK(locks == 1);
}

TEST_CASE("packets under way take no memory from the heap and no lock") {
  using Path = TwoSites::Path;
  const Path path = GENERATE(Path::plain, Path::esp, Path::nat_traversal);
  const std::string cipher = GENERATE("aes128", "3desouter");
  const std::string extra = GENERATE("", "lab set enco workers=2\n");
  if ((path == Path::plain && cipher != "aes128") || (cipher == "aes128" && !extra.empty())) return;
  CAPTURE(static_cast<int>(path), cipher, extra);
  TwoSites sites({.path = path, .cipher = cipher, .extra = extra});
  pass(sites, {1, 64});
  pass(sites, {64, 64});
  pass(sites, {32, 1300});
  pass(sites, {32, 1460});  // in fragments, once they are protected
}
