#include "adapters/engine/session.hpp"

#include "adapters/engine/codec.hpp"
#include "adapters/engine/forgetful.hpp"

#include <utility>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <spdlog/spdlog.h>

namespace copal::engine_wire {

namespace asio = boost::asio;
using asio::awaitable;

namespace {

http::request to_request(call what, std::int64_t version) {
  const auto prefix = "/v1." + std::to_string(version);
  http::request out{std::move(what.method), prefix + what.target, std::move(what.body), {}};
  if (!what.authorization.empty())
    out.headers.emplace_back("X-Registry-Auth", what.authorization.reveal());
  return out;
}

/// One call, for the log: method and path only, since headers and bodies may hold secrets.
class traced_call {
public:
  explicit traced_call(const http::request& what) {
    if (spdlog::should_log(spdlog::level::trace))
      what_ = what.method + ' ' + what.target;
  }

  void ended(const std::string& how) const {
    if (what_.empty())
      return;
    const auto took = std::chrono::steady_clock::now() - began_;
    spdlog::trace("engine: {}: {} ({} ms)",
      what_,
      how,
      std::chrono::duration_cast<std::chrono::milliseconds>(took).count());
  }

private:
  std::string what_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

} // namespace

session::session(asio::any_io_executor executor, const engine_config& config)
  : executor_(executor),
    deadlines_(config.deadlines),
    client_(std::move(executor), config.server, config.limits) {}

void session::close() {
  closed_ = true;
  client_.close();
}

awaitable<result<std::string>> session::exchange(call what, std::chrono::milliseconds within) {
  const auto keep_alive = shared_from_this();
  const auto op = what.op;
  auto before = co_await version();
  if (!before)
    co_return fail(before.error().with_context(doing(op)));
  if (forgets_ && !what.remembered.empty())
    what.body = std::move(what.remembered);
  auto request = to_request(std::move(what), *before);
  const traced_call trace{request};
  auto answer = co_await client_.call(std::move(request), within);
  trace.ended(answer ? std::to_string(answer->status) : answer.error().what);
  if (!answer)
    co_return fail(answer.error().with_context(doing(op)));
  if (auto why = judged(op, *answer))
    co_return fail(std::move(*why));
  co_return std::move(answer->body);
}

awaitable<result<std::shared_ptr<http::line_stream>>> session::open(
  call what, std::chrono::milliseconds within) {
  const auto keep_alive = shared_from_this();
  const auto op = what.op;
  auto before = co_await version();
  if (!before)
    co_return fail(before.error().with_context(doing(op)));
  auto request = to_request(std::move(what), *before);
  const traced_call trace{request};
  auto opened = co_await client_.open(std::move(request), within);
  trace.ended(!opened ? opened.error().what : opened->stream ? "a stream" : "refused");
  if (!opened)
    co_return fail(opened.error().with_context(doing(op)));
  if (opened->stream)
    co_return std::move(opened->stream);
  if (auto why = judged(op, opened->refusal))
    co_return fail(std::move(*why));
  co_return fail(errc::corrupt,
    std::string{doing(op)} + ": status " + std::to_string(opened->refusal.status)
      + " where a stream was expected");
}

engine_features session::lacks() const {
  engine_features out;
  if (!agreed_ || !*agreed_ || **agreed_ < newer_dialect)
    out = {engine_feature::annotations, engine_feature::start_interval};
  if (forgets_)
    out.insert({engine_feature::domainname, engine_feature::gpus});
  return out;
}

std::optional<error> session::judged(operation op, const http::answer& x) {
  auto why = judge(op, x.status, x.body);
  constexpr unsigned bad_request = 400; // also: this version is not spoken here
  if (x.status == bad_request && why && why->code == errc::unavailable)
    agreed_.reset();
  return why;
}

awaitable<result<std::int64_t>> session::version() {
  if (!negotiating_) {
    if (agreed_ && *agreed_ && era_ == client_.era())
      co_return *agreed_;
    negotiating_ = true;
    agreed_ = co_await negotiate();
    era_ = client_.era();
    negotiating_ = false;
    for (auto* x : std::exchange(waiting_, {}))
      x->cancel();
    co_return *agreed_;
  }
  // One asks for all.
  asio::steady_timer turn{executor_, asio::steady_timer::time_point::max()};
  waiting_.push_back(&turn);
  boost::system::error_code cancelled;
  co_await turn.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
  if (agreed_)
    co_return *agreed_;
  co_return fail(errc::unavailable, "the API version is being agreed upon anew");
}

awaitable<result<std::int64_t>> session::negotiate() {
  http::request question{"GET", "/version", {}, {}};
  auto answer = co_await client_.call(std::move(question), deadlines_.look);
  if (!answer)
    co_return fail(std::move(answer.error()));
  if (auto why = judge(operation::look, answer->status, answer->body))
    co_return fail(why->with_context("asking for the API version"));
  const auto theirs = read_version(answer->body);
  if (!theirs)
    co_return fail(theirs.error().with_context("asking for the API version"));
  const auto chosen = choose_version(*theirs);
  if (!chosen)
    co_return fail(chosen.error());
  if (*chosen > newer_dialect)
    spdlog::warn(
      "the engine's oldest API version, 1.{}, is newer than 1.{}, the newest that was tried",
      *chosen,
      newer_dialect);
  forgets_ = is_forgetful(answer->body);
  co_return *chosen;
}

} // namespace copal::engine_wire
