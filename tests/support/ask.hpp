#pragma once

#include "messages/protocol/type_ids.hpp"
#include "messages/result.hpp"
#include "tests/support/virtual_system.hpp"

#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

#include <caf/event_based_actor.hpp>
#include <caf/response_type.hpp>

namespace copal::test {

/// What came back from a question, once it did.
template <class T>
class answer {
public:
  [[nodiscard]] bool there() const { return kept_->outcome.has_value(); }

  /// The answer or the error. Throws while there is none.
  const result<T>& get() const {
    if (!there())
      throw std::logic_error("no answer has come");
    return *kept_->outcome;
  }

  /// The answer was an error of that code.
  [[nodiscard]] bool failed_with(errc code) const {
    return there() && !get().has_value() && get().error().code == code;
  }

  /// How long it took, in virtual time.
  [[nodiscard]] virtual_system::duration took() const { return kept_->at - kept_->asked; }

  struct kept {
    std::optional<result<T>> outcome;
    virtual_system::time_point asked;
    virtual_system::time_point at;
  };

  explicit answer(std::shared_ptr<kept> k) : kept_(std::move(k)) {}

private:
  std::shared_ptr<kept> kept_;
};

namespace ask_detail {

template <class Outputs>
struct reply;

template <class T>
struct reply<caf::detail::type_list<T>> {
  using type = T;
};

template <class T>
struct reply<caf::output_tuple<T>> {
  using type = T;
};

} // namespace ask_detail

/// Asks from an actor of its own, without a deadline, and keeps what comes back. Nothing happens
/// before the system runs on.
template <class Handle, class... Ts>
auto ask(virtual_system& system, const Handle& whom, Ts... message) {
  using outputs = caf::response_type_t<typename Handle::signatures, Ts...>;
  using reply = typename ask_detail::reply<outputs>::type;
  using kept = typename answer<reply>::kept;
  auto keep = std::make_shared<kept>();
  keep->asked = system.now();
  system.actors().spawn([keep, whom, message...](caf::event_based_actor* self) {
    auto at = [self, keep] { keep->at = self->clock().now(); };
    auto failed = [keep, at](caf::error& why) {
      keep->outcome = fail(from_caf(why));
      at();
    };
    auto request = self->request(whom, caf::infinite, message...);
    if constexpr (std::is_void_v<reply>) {
      request.then(
        [keep, at] {
          keep->outcome = result<void>{};
          at();
        },
        failed);
    } else {
      request.then(
        [keep, at](reply& x) {
          keep->outcome = std::move(x);
          at();
        },
        failed);
    }
  });
  return answer<reply>{std::move(keep)};
}

} // namespace copal::test
