#pragma once

#include "messages/protocol/type_ids.hpp"

#include <chrono>
#include <memory>
#include <utility>

#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace copal {

/// Asks an actor from a coroutine on the asio thread: `auto answer = co_await ask<reply>(self,
/// ...)`. `self` is a pinned actor. When it ends before the answer is there, the coroutine is
/// destroyed where it waits. (Name an aggregate message first, and move it in: GCC 12 destroys a
/// temporary of a co_await expression twice.)
template <class Reply, class Self, class Handle, class Message>
boost::asio::awaitable<result<Reply>> ask(
  Self* self, Handle whom, std::chrono::milliseconds within, Message what) {
  using boost::asio::use_awaitable;
  auto initiate = [self, &whom, within, &what](auto handler) {
    using handler_type = decltype(handler);
    auto waiting = std::make_shared<handler_type>(std::move(handler));
    // Resumed from the loop, not from within the actor's own turn.
    auto resume = [waiting](result<Reply> answer) {
      auto executor = boost::asio::get_associated_executor(*waiting);
      boost::asio::post(executor,
        [waiting, answer = std::move(answer)]() mutable { (*waiting)(std::move(answer)); });
    };
    self->request(whom, within, std::move(what))
      .then([resume](Reply& x) { resume(result<Reply>{std::move(x)}); },
        [resume](caf::error& why) { resume(fail(from_caf(why))); });
  };
  co_return co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>,
    void(result<Reply>)>(initiate, use_awaitable);
}

} // namespace copal
