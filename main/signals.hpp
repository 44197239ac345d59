#pragma once

#include <chrono>

#include <pthread.h>

namespace copal {

/// Signals as messages to the main thread, which does nothing but wait for them: so it can end the
/// process in time even when every other thread hangs.
class signal_line {
public:
  enum class kind { end, wake, none };

  /// Holds the signals back in this thread and in all that it starts.
  signal_line();

  /// Waits for the next one: `end` for SIGTERM and SIGINT, `wake` for `wake`, `none` when the time
  /// is over.
  kind wait(std::chrono::milliseconds longest);

  /// Waits without a limit.
  kind wait();

  /// Ends a wait of the thread that made this object. Any thread.
  void wake();

private:
  pthread_t main_;
};

} // namespace copal
