#include "adapters/web/server.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/write.hpp>

namespace copal::web {

namespace {

/// After a failed accept, as when the process has too many files open.
constexpr std::chrono::seconds accept_pause{1};

std::string to_text(const tcp::endpoint& e) {
  const auto address = e.address();
  const auto host = address.to_string();
  return (address.is_v6() ? '[' + host + ']' : host) + ':' + std::to_string(e.port());
}

std::string peer_of(const tcp::socket& socket) {
  boost::system::error_code ec;
  const auto end = socket.remote_endpoint(ec);
  return ec ? std::string{} : to_text(end);
}

/// Binds to an address that no interface has yet. Source: ip(7), IP_FREEBIND; for IPv6 it counts
/// too.
using free_bind = asio::detail::socket_option::boolean<IPPROTO_IP, IP_FREEBIND>;

void open(tcp::acceptor& on, const tcp::endpoint& at, bool free, boost::system::error_code& ec) {
  const auto step = [&ec](auto what) {
    if (!ec)
      what();
  };
  step([&] { on.open(at.protocol(), ec); });
  step([&] { on.set_option(tcp::acceptor::reuse_address(true), ec); });
  if (at.address().is_v6())
    step([&] { on.set_option(asio::ip::v6_only(true), ec); });
  if (free)
    step([&] { on.set_option(free_bind(true), ec); });
  step([&] { on.bind(at, ec); });
  step([&] { on.listen(tcp::acceptor::max_listen_connections, ec); });
}

error cannot_listen(const listen_address& where, const std::string& why) {
  return {errc::unavailable,
    "the local API cannot listen on " + where.host + " port " + std::to_string(where.port) + ": "
      + why};
}

/// Whatever a caller makes of its connection, it is that connection's end and no more.
void forget(const std::exception_ptr&) {}

} // namespace

// -- connection -------------------------------------------------------------------------------

connection::connection(std::shared_ptr<server> of, tcp::socket socket, std::string peer)
  : of_(std::move(of)),
    socket_(std::move(socket)),
    // Room for one request's header and what is read beyond it.
    buffer_(of_->bounds().header_bytes + 64UL * 1024),
    peer_(std::move(peer)),
    deadline_(clock::time_point::max()) {
  of_->open_.insert(this);
}

connection::~connection() {
  of_->open_.erase(this);
}

void connection::allow(std::chrono::milliseconds within) {
  late_ = false;
  deadline_ = clock::now() + within;
  of_->watch(deadline_);
}

void connection::set_idle(bool idle) {
  idle_ = idle;
  if (idle)
    idle_since_ = clock::now();
}

void connection::close() {
  if (std::exchange(closed_, true))
    return;
  of_->open_.erase(this);
  boost::system::error_code ignored; // It is closed whatever this says.
  socket_.close(ignored);
}

// -- bodies -----------------------------------------------------------------------------------

body_share::~body_share() {
  of_.in_bodies_ -= taken_;
}

bool body_share::grow_to(std::size_t bytes) {
  if (bytes <= taken_)
    return true;
  const auto more = bytes - taken_;
  if (more > of_.bounds().all_bodies - std::min(of_.in_bodies_, of_.bounds().all_bodies))
    return false;
  of_.in_bodies_ += more;
  taken_ = bytes;
  return true;
}

// -- server -----------------------------------------------------------------------------------

server::server(asio::any_io_executor executor, web_config config, question ask)
  : executor_(std::move(executor)),
    config_(std::move(config)),
    ask_(std::move(ask)),
    timer_(executor_) {}

result<void> server::listen() {
  for (const auto& where : config_.listen) {
    boost::system::error_code ec;
    const auto host = asio::ip::make_address(where.host, ec);
    if (ec) {
      close();
      return fail(cannot_listen(where, "it is no address; expected one in numbers"));
    }
    auto on = std::make_shared<tcp::acceptor>(executor_);
    open(*on, {host, where.port}, where.may_be_absent, ec);
    // A machine without IPv6.
    if (ec == asio::error::address_family_not_supported && where.may_be_absent)
      continue;
    if (ec) {
      close();
      return fail(cannot_listen(where, ec.message()));
    }
    acceptors_.push_back(std::move(on));
  }
  for (std::size_t i = 0; i < acceptors_.size(); ++i)
    asio::co_spawn(executor_, accept_all(i), forget);
  return {};
}

std::vector<std::string> server::addresses() const {
  std::vector<std::string> out;
  for (const auto& on : acceptors_) {
    boost::system::error_code ec;
    const auto at = on->local_endpoint(ec);
    if (!ec)
      out.push_back(to_text(at));
  }
  return out;
}

void server::close() {
  closed_ = true;
  boost::system::error_code ignored; // It is closed whatever this says.
  for (const auto& on : acceptors_)
    on->close(ignored);
  timer_.cancel();
  const auto open = open_;
  for (auto* one : open)
    one->close();
  ask_ = nullptr;
}

asio::awaitable<void> server::accept_all(std::size_t which) {
  const auto me = shared_from_this();
  const auto on = acceptors_[which];
  asio::steady_timer pause{executor_};
  while (!closed_) {
    boost::system::error_code ec;
    tcp::socket socket = co_await on->async_accept(awaiting(ec));
    if (closed_)
      co_return;
    if (!ec) {
      admit(std::move(socket));
      continue;
    }
    if (ec == asio::error::connection_aborted)
      continue;
    pause.expires_after(accept_pause);
    co_await pause.async_wait(awaiting(ec));
  }
}

void server::admit(tcp::socket socket) {
  boost::system::error_code ec;
  socket.non_blocking(true, ec);
  if (open_.size() >= bounds().connections && !make_place()) {
    const auto what = refusal(503);
    const auto bytes = what.head + "Connection: close\r\n\r\n";
    socket.write_some(asio::buffer(bytes), ec); // Who cannot be told at once is not told.
    return;
  }
  // An answer is written whole: there is nothing to wait for.
  socket.set_option(tcp::no_delay(true), ec);
  auto peer = peer_of(socket);
  auto on = std::make_unique<connection>(shared_from_this(), std::move(socket), std::move(peer));
  asio::co_spawn(executor_, serve(std::move(on)), forget);
}

bool server::make_place() {
  connection* longest = nullptr;
  for (auto* one : open_) {
    if (one->idle_ && (longest == nullptr || one->idle_since_ < longest->idle_since_))
      longest = one;
  }
  if (longest == nullptr)
    return false;
  longest->close();
  return true;
}

/// One timer for all: it is set anew only when somebody's time ends earlier.
void server::watch(clock::time_point deadline) {
  if (deadline >= next_sweep_ || closed_)
    return;
  next_sweep_ = deadline;
  timer_.expires_at(deadline);
  timer_.async_wait([me = weak_from_this()](const boost::system::error_code& ec) {
    const auto there = me.lock();
    if (!ec && there && !there->closed_)
      there->sweep();
  });
}

void server::sweep() {
  const auto now = clock::now();
  auto earliest = clock::time_point::max();
  for (auto* one : open_) {
    if (one->deadline_ > now) {
      earliest = std::min(earliest, one->deadline_);
      continue;
    }
    one->late_ = true;
    one->deadline_ = clock::time_point::max();
    boost::system::error_code ignored; // Nothing is awaited then.
    one->socket_.cancel(ignored);
  }
  next_sweep_ = clock::time_point::max();
  if (earliest != clock::time_point::max())
    watch(earliest);
}

} // namespace copal::web
