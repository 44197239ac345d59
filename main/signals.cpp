#include "main/signals.hpp"

#include <cerrno>
#include <csignal>

namespace copal {

namespace {

constexpr int wake_signal = SIGUSR1;

const sigset_t& waited_for() {
  static const sigset_t set = [] {
    sigset_t out;
    sigemptyset(&out);
    for (const auto signal : {SIGTERM, SIGINT, wake_signal})
      sigaddset(&out, signal);
    return out;
  }();
  return set;
}

signal_line::kind kind_of(int signal) {
  return signal == wake_signal ? signal_line::kind::wake : signal_line::kind::end;
}

} // namespace

signal_line::signal_line() : main_(::pthread_self()) {
  ::pthread_sigmask(SIG_BLOCK, &waited_for(), nullptr);
  // A peer that closes its socket is an error of the write, not the end of the process.
  std::signal(SIGPIPE, SIG_IGN);
}

signal_line::kind signal_line::wait(std::chrono::milliseconds longest) {
  const auto s = std::chrono::duration_cast<std::chrono::seconds>(longest);
  const timespec limit{s.count(), std::chrono::nanoseconds{longest - s}.count()};
  const auto signal = ::sigtimedwait(&waited_for(), nullptr, &limit);
  return signal > 0 ? kind_of(signal) : kind::none;
}

signal_line::kind signal_line::wait() {
  for (;;) {
    if (const auto signal = ::sigwaitinfo(&waited_for(), nullptr); signal > 0)
      return kind_of(signal);
  }
}

void signal_line::wake() {
  ::pthread_kill(main_, wake_signal);
}

} // namespace copal
