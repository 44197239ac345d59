#include "adapters/http/connection.hpp"

#include <algorithm>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/http/error.hpp>
namespace copal::http {

using asio::awaitable;

error to_error(const boost::system::error_code& ec, const address& server) {
  using beast::http::error;
  const auto at = to_string(server) + ": ";
  if (ec == beast::error::timeout)
    return {errc::timeout, at + "no answer in time"};
  if (ec == error::body_limit || ec == error::header_limit || ec == error::buffer_overflow)
    return {errc::exhausted, at + "the answer is too large (" + ec.message() + ')'};
  if (ec == asio::error::operation_aborted)
    return {errc::unavailable, at + "the connection was closed here"};
  const bool cut = ec == error::end_of_stream || ec == error::partial_message;
  static const auto& http_category = make_error_code(error::bad_method).category();
  if (ec.category() == http_category && !cut)
    return {errc::corrupt, at + "the answer is not HTTP (" + ec.message() + ')'};
  return {errc::unavailable, at + "the connection broke (" + ec.message() + ')'};
}

connection::connection(std::shared_ptr<client_core> core, asio::any_io_executor executor)
  : core_(std::move(core)),
    socket_(std::move(executor)),
    buffer_(2 * core_->bounds().header_bytes) {
  core_->alive_.insert(this);
}

connection::~connection() {
  core_->alive_.erase(this);
  if (core_->alive_.empty())
    ++core_->era_;
}

bool connection::quiet() {
  boost::system::error_code ec;
  char byte = 0;
  auto& raw = socket_.socket();
  raw.non_blocking(true, ec);
  if (!ec)
    raw.receive(asio::buffer(&byte, 1), asio::socket_base::message_peek, ec);
  return ec == asio::error::would_block;
}

void connection::close() {
  socket_.close();
}

client_core::client_core(asio::any_io_executor executor, address server, limits bounds)
  : executor_(std::move(executor)),
    server_(std::move(server)),
    bounds_(bounds),
    idle_timer_(executor_) {}

std::string client_core::host() const {
  return server_.path.empty() ? server_.host + ':' + std::to_string(server_.port) : "localhost";
}

awaitable<result<call_place>> client_core::admit(clock::time_point deadline) {
  const auto keep_alive = shared_from_this();
  if (closed_)
    co_return fail(errc::unavailable, "the client is closed");
  if (calls_ < bounds_.calls && waiting_.empty()) {
    ++calls_;
    co_return call_place{keep_alive};
  }
  if (waiting_.size() >= bounds_.waiting)
    co_return fail(errc::exhausted,
      std::to_string(bounds_.calls) + " calls are in progress and "
        + std::to_string(bounds_.waiting) + " wait already");
  asio::steady_timer turn{executor_, deadline};
  waiting_.push_back(&turn);
  boost::system::error_code ec;
  co_await turn.async_wait(awaiting(ec));
  const auto mine = std::find(waiting_.begin(), waiting_.end(), &turn);
  const bool given = mine == waiting_.end() && !closed_; // who gives the place counts it
  if (mine != waiting_.end())
    waiting_.erase(mine);
  if (given)
    co_return call_place{keep_alive};
  if (closed_)
    co_return fail(errc::unavailable, "the client is closed");
  co_return fail(errc::timeout, "no place for the call became free in time");
}

void client_core::give_back_call() {
  if (waiting_.empty() || closed_) {
    --calls_;
    return;
  }
  auto* next = waiting_.front();
  waiting_.pop_front();
  next->cancel();
}

result<stream_place> client_core::admit_stream() {
  if (closed_)
    return fail(errc::unavailable, "the client is closed");
  if (streams_ >= bounds_.streams)
    return fail(errc::exhausted, std::to_string(streams_) + " streams are open already");
  ++streams_;
  return stream_place{shared_from_this()};
}

void client_core::give_back_stream() {
  --streams_;
}

awaitable<result<std::unique_ptr<connection>>> client_core::connect(clock::time_point deadline) {
  const auto keep_alive = shared_from_this();
  drop_dead();
  if (!idle_.empty() && !closed_) {
    auto warm = std::move(idle_.back()); // the others grow old and are closed
    idle_.pop_back();
    co_return warm;
  }
  auto fresh = std::make_unique<connection>(keep_alive, executor_);
  const auto ec = co_await connect_to(*fresh, deadline);
  if (closed_)
    co_return fail(errc::unavailable, "the client is closed");
  if (ec)
    co_return fail(
      errc::unavailable, "no connection to " + to_string(server_) + " (" + ec.message() + ')');
  co_return fresh;
}

awaitable<boost::system::error_code> client_core::connect_to(
  connection& x, clock::time_point deadline) {
  boost::system::error_code ec;
  x.socket().expires_at(std::min(deadline, clock::now() + bounds_.connect));
  if (!server_.path.empty()) {
    const asio::local::stream_protocol::endpoint there{server_.path};
    co_await x.socket().async_connect(there, awaiting(ec));
    co_return ec;
  }
  const auto literal = asio::ip::make_address(server_.host, ec);
  asio::ip::tcp::endpoint there{literal, server_.port};
  if (ec) { // a name; Asio starts its resolver thread for it
    asio::ip::tcp::resolver resolver{executor_};
    const auto found =
      co_await resolver.async_resolve(server_.host, std::to_string(server_.port), awaiting(ec));
    if (ec || found.empty())
      co_return ec;
    there = found.begin()->endpoint();
  }
  co_await x.socket().async_connect(there, awaiting(ec));
  if (!ec) {
    boost::system::error_code ignored;
    x.socket().socket().set_option(asio::ip::tcp::no_delay{true}, ignored);
    x.socket().socket().set_option(asio::socket_base::keep_alive{true}, ignored);
  }
  co_return ec;
}

void client_core::keep(std::unique_ptr<connection> x) {
  x->socket().expires_never();
  if (closed_ || idle_.size() >= bounds_.idle)
    return;
  x->kept_until = clock::now() + bounds_.idle_time;
  idle_.push_back(std::move(x));
  if (idle_.size() == 1)
    drop_old();
}

/// Closes what was idle for too long, and looks again when the next one is.
void client_core::drop_old() {
  const auto now = clock::now();
  while (!idle_.empty() && idle_.front()->kept_until <= now)
    idle_.pop_front();
  if (idle_.empty())
    return;
  idle_timer_.expires_at(idle_.front()->kept_until);
  idle_timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& ec) {
    if (const auto core = weak.lock(); core && !ec)
      core->drop_old();
  });
}

void client_core::drop_dead() {
  const auto dead =
    std::remove_if(idle_.begin(), idle_.end(), [](const auto& x) { return !x->quiet(); });
  if (dead == idle_.end())
    return;
  idle_.erase(dead, idle_.end());
  ++era_;
}

std::uint64_t client_core::era() {
  drop_dead();
  return era_;
}

void client_core::close() {
  if (closed_)
    return;
  closed_ = true;
  idle_timer_.cancel();
  idle_.clear();
  for (auto* x : waiting_)
    x->cancel();
  for (auto* x : alive_)
    x->close();
}

} // namespace copal::http
