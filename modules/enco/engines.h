// The engines there are. Each maker gives nullptr when the library lacks what it needs.
#pragma once

#include <memory>

#include "modules/enco/engine.h"
#include "modules/enco/library.h"

namespace arrouter::enco {

using LibraryHandle = std::shared_ptr<const Library>;

/// CBC by OpenSSL's own mode: DES (legacy provider), 3DES2KEY, 3DESOUTER, AES.
std::unique_ptr<CipherEngine> make_evp_cipher(const LibraryHandle& library, Cipher cipher);
/// Single DES as triple DES with one key three times: works where the legacy provider is not installed, at a third of
/// the speed.
std::unique_ptr<CipherEngine> make_des_from_triple_des(const LibraryHandle& library);
/// 3DESINNER from three passes of `des`.
std::unique_ptr<CipherEngine> make_inner_triple_des(std::shared_ptr<const CipherEngine> des);

/// 3DES2KEY and 3DESOUTER by libgcrypt, whose assembler decrypts three blocks side by side; nullptr when the program was
/// built without it.
std::unique_ptr<CipherEngine> make_gcrypt_cipher(Cipher cipher);

/// AES, and HMAC, by the multi-buffer library; nullptr when the program was built without it or the processor lacks
/// what it needs.
/// `plain` does what comes in too small bursts; 3DES needs it.
std::unique_ptr<CipherEngine> make_multibuffer_cipher(Cipher cipher, std::shared_ptr<const CipherEngine> plain);
std::unique_ptr<MacEngine> make_multibuffer_hmac(Hash hash);

/// HMAC-MD5 or HMAC-SHA (RFC 2104) and the plain hash.
std::unique_ptr<MacEngine> make_hmac(Hash hash);
/// DESMAC (FIPS 113): the last block of DES-CBC with a zero IV, the text filled up with zeros.
std::unique_ptr<MacEngine> make_des_mac(std::shared_ptr<const CipherEngine> des);

}  // namespace arrouter::enco
