#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace copal::test {

/// The only chance in tests: the same numbers from the same seed on every platform and with every
/// standard library (whose distributions differ). The generator is splitmix64, which is in the
/// public domain.
class random_source {
public:
  explicit random_source(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15U;
    auto z = state_;
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31U);
  }

  /// 0 to n - 1; 0 for n of 0 or 1.
  std::uint64_t below(std::uint64_t n) { return n < 2 ? 0 : next() % n; }

  /// Both ends are possible.
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low) + 1));
  }

  std::chrono::nanoseconds between(std::chrono::nanoseconds low, std::chrono::nanoseconds high) {
    return std::chrono::nanoseconds{between(low.count(), high.count())};
  }

  bool percent(unsigned chance) { return below(100) < chance; }

  /// An element; the container must not be empty.
  template <class Container>
  auto& pick(Container& from) {
    return from[static_cast<std::size_t>(below(from.size()))];
  }

  /// A source of its own, so that what one part of a test draws does not shift another part.
  random_source fork() { return random_source{next()}; }

private:
  std::uint64_t state_;
};

} // namespace copal::test
