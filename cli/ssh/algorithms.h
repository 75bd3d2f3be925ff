// What libssh may agree on with the other side. By itself it offers what is thought strong today; these lists add what
// programs of the real router's time know.
#pragma once

namespace arrouter::ssh::every {

inline constexpr const char* key_exchange =
    "curve25519-sha256,ecdh-sha2-nistp256,ecdh-sha2-nistp384,ecdh-sha2-nistp521,diffie-hellman-group16-sha512,"
    "diffie-hellman-group14-sha256,diffie-hellman-group14-sha1,diffie-hellman-group1-sha1";
inline constexpr const char* cipher =
    "chacha20-poly1305@openssh.com,aes256-gcm@openssh.com,aes128-gcm@openssh.com,aes256-ctr,aes192-ctr,aes128-ctr,"
    "aes256-cbc,aes192-cbc,aes128-cbc,3des-cbc";
inline constexpr const char* mac =
    "hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,hmac-sha2-256,hmac-sha2-512,hmac-sha1";
inline constexpr const char* key_type =
    "rsa-sha2-512,rsa-sha2-256,ssh-rsa,ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521";
inline constexpr const char* rsa = "rsa-sha2-512,rsa-sha2-256,ssh-rsa";
inline constexpr int smallest_key = 768;  // bits of RSA; the least libssh has

}  // namespace arrouter::ssh::every
