#include "adapters/curl/client.hpp"

#include "adapters/curl/transfer.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <list>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <sys/epoll.h>
#include <unistd.h>

namespace copal::curl {

namespace asio = boost::asio;

std::string answer::header(std::string_view name) const {
  const auto it =
    std::find_if(headers.begin(), headers.end(), [name](const auto& x) { return x.first == name; });
  return it == headers.end() ? std::string{} : it->second;
}

namespace {

struct end_multi {
  void operator()(CURLM* x) const noexcept { curl_multi_cleanup(x); }
};
using multi_handle = std::unique_ptr<CURLM, end_multi>;

/// libcurl wants this once, before anything else; it is never taken back, as other threads may run.
bool begin_libcurl() {
  static const bool good = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  return good;
}

error closed_error() {
  return {errc::unavailable, "the edge has ended"};
}

} // namespace

/// libcurl's multi interface between the loop's events. Its sockets are watched by an epoll of
/// their own, and the loop watches that: libcurl opens and closes sockets as it likes, and a closed
/// one leaves an epoll by itself.
class client::driver : public std::enable_shared_from_this<client::driver> {
public:
  driver(asio::io_context& context, const limits& bounds)
    : bounds_(bounds),
      watch_(context),
      timer_(context) {}
  driver(const driver&) = delete;
  driver& operator=(const driver&) = delete;
  ~driver() { stop(); }

  void begin(question what, std::function<void(result<answer>)> then);
  void close();

private:
  using running = std::list<std::unique_ptr<transfer>>;

  static int socket_changed(CURL* easy, curl_socket_t fd, int what, void* self, void* known);
  static int timer_changed(CURLM* multi, long ms, void* self);

  bool open();
  void stop();
  void wait();
  void sockets_ready();
  void drive(curl_socket_t fd, int what);
  void collect();

  limits bounds_;
  asio::posix::stream_descriptor watch_; ///< The epoll; closed while nothing is under way.
  asio::steady_timer timer_;
  multi_handle multi_;
  running running_;
  bool waiting_ = false; ///< For the epoll.
  bool closed_ = false;
};

bool client::driver::open() {
  if (multi_)
    return true;
  if (!begin_libcurl())
    return false;
  const auto fd = ::epoll_create1(EPOLL_CLOEXEC);
  if (fd < 0)
    return false;
  watch_.assign(fd);
  multi_.reset(curl_multi_init());
  const auto set = [this](CURLMoption option, auto x) {
    return curl_multi_setopt(multi_.get(), option, x) == CURLM_OK;
  };
  const auto good = multi_ && set(CURLMOPT_SOCKETFUNCTION, &driver::socket_changed)
                    && set(CURLMOPT_SOCKETDATA, this)
                    && set(CURLMOPT_TIMERFUNCTION, &driver::timer_changed)
                    && set(CURLMOPT_TIMERDATA, this)
                    && set(CURLMOPT_MAX_TOTAL_CONNECTIONS, static_cast<long>(bounds_.connections))
                    && set(CURLMOPT_MAXCONNECTS, static_cast<long>(bounds_.connections));
  if (!good)
    stop();
  return good;
}

/// Lets go of everything; nothing may be under way. The transfers go before what they stand in.
void client::driver::stop() {
  for (const auto& one : running_) {
    if (multi_ && one->handle() != nullptr)
      curl_multi_remove_handle(multi_.get(), one->handle());
  }
  running_.clear();
  multi_.reset();
  timer_.cancel();
  boost::system::error_code ignored;
  watch_.close(ignored);
  waiting_ = false;
}

void client::driver::begin(question what, std::function<void(result<answer>)> then) {
  if (closed_)
    return then(fail(closed_error()));
  if (running_.size() >= bounds_.calls)
    return then(fail(errc::exhausted, "too many calls at once"));
  auto one = std::make_unique<transfer>(std::move(what), bounds_, then);
  if (auto good = one->prepare(); !good)
    return then(fail(std::move(good.error())));
  if (!open() || curl_multi_add_handle(multi_.get(), one->handle()) != CURLM_OK)
    return then(fail(errc::exhausted, "libcurl takes no further call"));
  running_.push_back(std::move(one));
  wait();
}

void client::driver::close() {
  closed_ = true;
  auto left = std::move(running_);
  running_.clear();
  for (const auto& one : left)
    curl_multi_remove_handle(multi_.get(), one->handle());
  stop();
  for (const auto& one : left)
    one->finish(fail(closed_error()));
}

int client::driver::socket_changed(CURL*, curl_socket_t fd, int what, void* self, void* known) {
  auto& me = *static_cast<driver*>(self);
  const auto epoll = me.watch_.native_handle();
  if (what == CURL_POLL_REMOVE) {
    ::epoll_ctl(epoll, EPOLL_CTL_DEL, fd, nullptr); // closed already, as a rule
    curl_multi_assign(me.multi_.get(), fd, nullptr);
    return 0;
  }
  epoll_event wanted{};
  wanted.data.fd = fd;
  if (what != CURL_POLL_OUT)
    wanted.events |= EPOLLIN;
  if (what != CURL_POLL_IN)
    wanted.events |= EPOLLOUT;
  if (::epoll_ctl(epoll, known == nullptr ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd, &wanted) != 0)
    ::epoll_ctl(epoll, known == nullptr ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &wanted);
  curl_multi_assign(me.multi_.get(), fd, self);
  return 0;
}

int client::driver::timer_changed(CURLM*, long ms, void* self) {
  auto& me = *static_cast<driver*>(self);
  if (ms < 0) {
    me.timer_.cancel();
    return 0;
  }
  // Not from within: libcurl calls this out of its own functions.
  me.timer_.expires_after(std::chrono::milliseconds{ms});
  me.timer_.async_wait([weak = me.weak_from_this()](const boost::system::error_code& failed) {
    if (const auto it = weak.lock(); it && !failed)
      it->drive(CURL_SOCKET_TIMEOUT, 0);
  });
  return 0;
}

void client::driver::wait() {
  if (std::exchange(waiting_, true))
    return;
  watch_.async_wait(asio::posix::stream_descriptor::wait_read,
    [weak = weak_from_this()](const boost::system::error_code& failed) {
      const auto it = weak.lock();
      if (!it || failed)
        return;
      it->waiting_ = false;
      it->sockets_ready();
    });
}

void client::driver::sockets_ready() {
  constexpr int most = 16;
  std::array<epoll_event, most> ready{};
  const auto n = ::epoll_wait(watch_.native_handle(), ready.data(), most, 0);
  for (int i = 0; i < n && multi_; ++i) {
    const auto& one = ready.at(static_cast<std::size_t>(i));
    int what = 0;
    if ((one.events & EPOLLIN) != 0)
      what |= CURL_CSELECT_IN;
    if ((one.events & EPOLLOUT) != 0)
      what |= CURL_CSELECT_OUT;
    if ((one.events & (EPOLLERR | EPOLLHUP)) != 0)
      what |= CURL_CSELECT_ERR;
    drive(one.data.fd, what);
  }
  if (multi_)
    wait();
}

void client::driver::drive(curl_socket_t fd, int what) {
  if (!multi_)
    return;
  int left = 0;
  curl_multi_socket_action(multi_.get(), fd, what, &left);
  collect();
}

/// Answers what has ended. With the last one everything is let go of: the next call may be days
/// away.
void client::driver::collect() {
  std::vector<std::pair<std::unique_ptr<transfer>, CURLcode>> over;
  int left = 0;
  while (const auto* news = curl_multi_info_read(multi_.get(), &left)) {
    if (news->msg != CURLMSG_DONE)
      continue;
    auto* const easy = news->easy_handle;
    const auto code = news->data.result;
    curl_multi_remove_handle(multi_.get(), easy);
    const auto it = std::find_if(
      running_.begin(), running_.end(), [easy](const auto& x) { return x->handle() == easy; });
    if (it == running_.end())
      continue;
    over.emplace_back(std::move(*it), code);
    running_.erase(it);
  }
  std::vector<std::pair<std::unique_ptr<transfer>, result<answer>>> answers;
  for (auto& [one, code] : over) {
    auto outcome = one->outcome(code);
    answers.emplace_back(std::move(one), std::move(outcome));
  }
  if (running_.empty())
    stop();
  for (auto& [one, outcome] : answers)
    one->finish(std::move(outcome));
}

client::client(asio::io_context& context, const limits& bounds)
  : driver_(std::make_shared<driver>(context, bounds)) {}

client::~client() {
  close();
}

asio::awaitable<result<answer>> client::ask(question what) {
  // The driver, not the client: this may be resumed by the client's end.
  auto with = driver_;
  auto initiate = [&with, &what](auto handler) {
    auto kept = std::make_shared<decltype(handler)>(std::move(handler));
    // Resumed from the loop, not from within libcurl's or the driver's own turn.
    with->begin(std::move(what), [kept](result<answer> x) {
      auto executor = asio::get_associated_executor(*kept);
      asio::post(executor, [kept, x = std::move(x)]() mutable { (*kept)(std::move(x)); });
    });
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(result<answer>)>(
    initiate, asio::use_awaitable);
}

void client::close() {
  driver_->close();
}

} // namespace copal::curl
