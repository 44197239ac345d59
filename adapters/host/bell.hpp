#pragma once

#include <functional>
#include <memory>

namespace copal {
class loop;
}

namespace copal::host {

/// Waits on the asio thread until a descriptor is readable, for an actor on a thread of its own.
class bell {
public:
  /// `ring` is called on the asio thread, once for each `arm`, and not after the bell is destroyed
  /// there. The descriptor stays the caller's.
  bell(loop& where, int fd, std::function<void()> ring);
  ~bell();
  bell(const bell&) = delete;
  bell& operator=(const bell&) = delete;

  /// Any thread. Armed twice it rings once.
  void arm();

private:
  class waiting;
  std::shared_ptr<waiting> what_;
};

} // namespace copal::host
