#pragma once

/// What is asked of whoever turns the machine off and on.
namespace copal::power {

/// Ends everything in order and starts the machine anew.
struct reboot {};
/// It is being done: this process will be told to end.
struct accepted {};

template <class I>
typename I::result_type inspect(I& f, reboot&) {
  return f();
}

template <class I>
typename I::result_type inspect(I& f, accepted&) {
  return f();
}

} // namespace copal::power
