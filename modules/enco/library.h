// OpenSSL with a context of its own: nothing a Router does with it is seen by another Router of the process.
#pragma once

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/provider.h>

#include <memory>

namespace arrouter::enco {

template <auto release>
struct Releaser {
  template <class T>
  void operator()(T* object) const {
    release(object);
  }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, Releaser<EVP_CIPHER_CTX_free>>;
using FetchedCipher = std::unique_ptr<EVP_CIPHER, Releaser<EVP_CIPHER_free>>;

class Library {
 public:
  /// Loads the default provider, and the legacy one (single DES) when it is installed.
  Library();
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

  bool usable() const { return default_ != nullptr; }
  OSSL_LIB_CTX* context() const { return context_.get(); }
  /// nullptr when no provider offers it.
  FetchedCipher fetch(const char* cipher) const {
    return FetchedCipher(EVP_CIPHER_fetch(context_.get(), cipher, nullptr));
  }

 private:
  std::unique_ptr<OSSL_LIB_CTX, Releaser<OSSL_LIB_CTX_free>> context_;
  std::unique_ptr<OSSL_PROVIDER, Releaser<OSSL_PROVIDER_unload>> default_, legacy_;
};

}  // namespace arrouter::enco
