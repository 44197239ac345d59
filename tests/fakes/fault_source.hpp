#pragma once

#include "tests/support/random.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace copal::test {

/// What becomes of one request to a fake edge.
enum class fate : std::uint8_t {
  fine,
  fails,       ///< No effect; an error.
  fails_after, ///< It had its effect; an error all the same.
  unanswered,  ///< It had its effect; the reply is lost.
  slow,        ///< It works, seconds later.
};

/// What may go wrong, in percent of the requests.
struct fault_rates {
  unsigned fails = 0;
  unsigned fails_after = 0;
  unsigned unanswered = 0;
  unsigned slow = 0;
  unsigned event_twice = 0; ///< Of the events.
  unsigned event_late = 0;
};

/// A request takes its time before its effect and again before the answer: what the answer says may
/// be over when it comes.
struct course {
  fate what = fate::fine;
  std::chrono::milliseconds to_effect{0};
  std::chrono::milliseconds to_answer{0}; ///< After the effect.
};

/// Draws what goes wrong, and counts it by kind.
class fault_source {
public:
  explicit fault_source(random_source random) : random_(random) {}

  fault_rates rates;
  std::map<std::string, std::uint64_t> counts; ///< By kind: "reply lost", "event late" ...

  fate draw() {
    auto at = static_cast<unsigned>(random_.below(100));
    const auto hits = [&at](unsigned chance) {
      const auto hit = at < chance;
      at -= hit ? 0 : chance;
      return hit;
    };
    if (hits(rates.fails))
      return count(fate::fails, "error");
    if (hits(rates.fails_after))
      return count(fate::fails_after, "error after the effect");
    if (hits(rates.unanswered))
      return count(fate::unanswered, "reply lost");
    if (hits(rates.slow))
      return count(fate::slow, "slow reply");
    return fate::fine;
  }

  bool event_comes_twice() { return happens(rates.event_twice, "event doubled"); }
  bool event_comes_late() { return happens(rates.event_late, "event late"); }

  /// How long a request takes.
  std::chrono::milliseconds duration_of(fate f) {
    return std::chrono::milliseconds{
      f == fate::slow ? random_.between(1'000, 20'000) : random_.between(1, 50)};
  }

  /// Held by each request that was not answered yet.
  const std::shared_ptr<const char> under_way = std::make_shared<const char>();
  /// No request is on its way that may still have an effect.
  [[nodiscard]] bool at_rest() const { return under_way.use_count() == 1; }

  course draw_course() {
    course out;
    out.what = draw();
    const auto total = duration_of(out.what);
    out.to_effect = std::chrono::milliseconds{random_.between(0, total.count())};
    out.to_answer = total - out.to_effect;
    return out;
  }

  random_source& random() { return random_; }

private:
  fate count(fate f, const char* kind) {
    ++counts[kind];
    return f;
  }

  bool happens(unsigned chance, const char* kind) {
    if (!random_.percent(chance))
      return false;
    ++counts[kind];
    return true;
  }

  random_source random_;
};

} // namespace copal::test
