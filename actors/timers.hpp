#pragma once

#include "messages/supervision.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

namespace copal {

/// The timers of one actor, one per key. Part of its state; the actor's behaviour has a handler for
/// `timer_due` (see `with_timers`) that asks `fired` what the message is for. CAF's delayed
/// messages cannot be taken back, so a message whose timer was set anew or stopped is told apart by
/// its number.
template <class Key>
class timers {
public:
  /// After `delay`, `fired` names the key; an earlier setting of the same key is void.
  template <class Self, class Rep, class Period>
  void set(Self* self, const Key& key, std::chrono::duration<Rep, Period> delay) {
    stop(key);
    armed_.push_back({key, ++last_});
    self->delayed_send(self, delay, timer_due{last_});
  }

  /// True when a running timer was stopped.
  bool stop(const Key& key) {
    return std::erase_if(armed_, [&key](const entry& e) { return e.key == key; }) > 0;
  }

  [[nodiscard]] bool running(const Key& key) const {
    return std::any_of(
      armed_.begin(), armed_.end(), [&key](const entry& e) { return e.key == key; });
  }

  /// What a timer's message is for; nothing when it was stopped or set anew.
  std::optional<Key> fired(const timer_due& msg) {
    const auto it = std::find_if(
      armed_.begin(), armed_.end(), [&msg](const entry& e) { return e.number == msg.timer; });
    if (it == armed_.end())
      return std::nullopt;
    auto key = std::move(it->key);
    armed_.erase(it);
    return key;
  }

  void stop_all() { armed_.clear(); }

private:
  struct entry {
    Key key;
    std::uint64_t number = 0;
  };

  std::vector<entry> armed_;
  std::uint64_t last_ = 0;
};

} // namespace copal
