#include "actors/planning/sha256.hpp"

#include <array>
#include <stdexcept>

#include <openssl/evp.h>

namespace copal::planning {

std::string sha256(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1)
    throw std::runtime_error{"OpenSSL on this machine offers no SHA-256"};
  std::string out;
  out.reserve(std::size_t{2} * size);
  for (unsigned i = 0; i < size; ++i) {
    out += digits[digest[i] >> 4U];
    out += digits[digest[i] & 0xfU];
  }
  return out;
}

} // namespace copal::planning
