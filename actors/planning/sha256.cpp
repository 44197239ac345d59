#include "actors/planning/sha256.hpp"

#include <array>
#include <bit>
#include <cstdint>

namespace copal::planning {

namespace {

using words = std::array<std::uint32_t, 8>;

constexpr std::size_t block_size = 64;

/// The first 32 bits of the fractions of the cube roots of the first 64 primes.
constexpr std::uint32_t round_constants[block_size] = {0x428a2f98,
  0x71374491,
  0xb5c0fbcf,
  0xe9b5dba5,
  0x3956c25b,
  0x59f111f1,
  0x923f82a4,
  0xab1c5ed5,
  0xd807aa98,
  0x12835b01,
  0x243185be,
  0x550c7dc3,
  0x72be5d74,
  0x80deb1fe,
  0x9bdc06a7,
  0xc19bf174,
  0xe49b69c1,
  0xefbe4786,
  0x0fc19dc6,
  0x240ca1cc,
  0x2de92c6f,
  0x4a7484aa,
  0x5cb0a9dc,
  0x76f988da,
  0x983e5152,
  0xa831c66d,
  0xb00327c8,
  0xbf597fc7,
  0xc6e00bf3,
  0xd5a79147,
  0x06ca6351,
  0x14292967,
  0x27b70a85,
  0x2e1b2138,
  0x4d2c6dfc,
  0x53380d13,
  0x650a7354,
  0x766a0abb,
  0x81c2c92e,
  0x92722c85,
  0xa2bfe8a1,
  0xa81a664b,
  0xc24b8b70,
  0xc76c51a3,
  0xd192e819,
  0xd6990624,
  0xf40e3585,
  0x106aa070,
  0x19a4c116,
  0x1e376c08,
  0x2748774c,
  0x34b0bcb5,
  0x391c0cb3,
  0x4ed8aa4a,
  0x5b9cca4f,
  0x682e6ff3,
  0x748f82ee,
  0x78a5636f,
  0x84c87814,
  0x8cc70208,
  0x90befffa,
  0xa4506ceb,
  0xbef9a3f7,
  0xc67178f2};

/// The same of the square roots of the first 8.
constexpr words start = {
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

std::array<std::uint32_t, block_size> schedule(std::string_view block) {
  std::array<std::uint32_t, block_size> w{};
  for (std::size_t i = 0; i < 16; ++i) {
    for (std::size_t byte = 0; byte < 4; ++byte)
      w[i] = (w[i] << 8U) | static_cast<unsigned char>(block[4 * i + byte]);
  }
  for (std::size_t i = 16; i < block_size; ++i) {
    const auto a = w[i - 15];
    const auto b = w[i - 2];
    const auto small_a = std::rotr(a, 7) ^ std::rotr(a, 18) ^ (a >> 3U);
    const auto small_b = std::rotr(b, 17) ^ std::rotr(b, 19) ^ (b >> 10U);
    w[i] = w[i - 16] + small_a + w[i - 7] + small_b;
  }
  return w;
}

void take(words& state, std::string_view block) {
  const auto w = schedule(block);
  auto [a, b, c, d, e, f, g, h] = state;
  for (std::size_t i = 0; i < block_size; ++i) {
    const auto big_e = std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25);
    const auto chosen = (e & f) ^ (~e & g);
    const auto first = h + big_e + chosen + round_constants[i] + w[i];
    const auto big_a = std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22);
    const auto majority = (a & b) ^ (a & c) ^ (b & c);
    h = g;
    g = f;
    f = e;
    e = d + first;
    d = c;
    c = b;
    b = a;
    a = first + big_a + majority;
  }
  const words last = {a, b, c, d, e, f, g, h};
  for (std::size_t i = 0; i < state.size(); ++i)
    state[i] += last[i];
}

} // namespace

std::string sha256(std::string_view bytes) {
  auto state = start;
  auto rest = bytes;
  for (; rest.size() >= block_size; rest.remove_prefix(block_size))
    take(state, rest.substr(0, block_size));
  std::string tail{rest};
  tail += '\x80';
  constexpr std::size_t length_size = 8;
  while (tail.size() % block_size != block_size - length_size)
    tail += '\0';
  const auto bits = static_cast<std::uint64_t>(bytes.size()) * 8;
  for (int shift = 56; shift >= 0; shift -= 8)
    tail += static_cast<char>((bits >> static_cast<unsigned>(shift)) & 0xffU);
  for (std::string_view left = tail; !left.empty(); left.remove_prefix(block_size))
    take(state, left.substr(0, block_size));
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (const auto word : state) {
    for (int shift = 28; shift >= 0; shift -= 4)
      out += digits[(word >> static_cast<unsigned>(shift)) & 0xfU];
  }
  return out;
}

} // namespace copal::planning
