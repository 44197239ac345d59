#include "adapters/host/bell.hpp"

#include "adapters/loop/loop.hpp"

#include <utility>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <unistd.h>

namespace copal::host {

namespace asio = boost::asio;

/// Everything but its making and its end happens on the asio thread.
class bell::waiting : public std::enable_shared_from_this<waiting> {
public:
  waiting(asio::io_context& context, int fd, std::function<void()> ring)
    : context_(context),
      queue_(context),
      ring_(std::move(ring)) {
    boost::system::error_code failed; // a bell that is not open never rings
    if (const int own = ::dup(fd); own >= 0)
      queue_.assign(own, failed);
  }

  void arm() {
    asio::post(context_, [self = shared_from_this()] { self->wait(); });
  }

  void end() {
    asio::post(context_, [self = shared_from_this()] {
      self->ring_ = nullptr;
      boost::system::error_code ignored;
      self->queue_.close(ignored);
    });
  }

private:
  void wait() {
    if (!ring_ || !queue_.is_open() || std::exchange(armed_, true))
      return;
    queue_.async_wait(asio::posix::stream_descriptor::wait_read,
      [self = shared_from_this()](const boost::system::error_code& ended) {
        self->armed_ = false;
        if (!ended && self->ring_)
          self->ring_();
      });
  }

  asio::io_context& context_;
  asio::posix::stream_descriptor queue_;
  std::function<void()> ring_;
  bool armed_ = false;
};

bell::bell(loop& where, int fd, std::function<void()> ring)
  : what_(std::make_shared<waiting>(where.context(), fd, std::move(ring))) {}

bell::~bell() {
  what_->end();
}

void bell::arm() {
  what_->arm();
}

} // namespace copal::host
