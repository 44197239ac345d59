#pragma once

#include "adapters/engine/engine.hpp"
#include "adapters/loop/loop.hpp"

#include <chrono>

#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

namespace copal {

/// Asks an engine from outside of the actors, and waits for each answer up to half a minute. Nobody
/// hears of events and pulls. What it needs ends with it.
class engine_questions {
public:
  engine_questions(caf::scoped_actor& self, loop& io, const http::address& server)
    : self_(self),
      edge_(spawn_engine(io, config_for(server), {}, {})) {}
  ~engine_questions() {
    self_->send_exit(edge_, caf::exit_reason::user_shutdown);
    self_->wait_for(edge_);
  }
  engine_questions(const engine_questions&) = delete;
  engine_questions& operator=(const engine_questions&) = delete;

  template <class Answer, class Question>
  result<Answer> ask(const Question& question) {
    constexpr std::chrono::seconds deadline{30};
    result<Answer> out = fail(errc::unavailable, "no answer");
    self_->request(edge_, deadline, question)
      .receive([&out](Answer& answer) { out = std::move(answer); },
        [&out](const caf::error& why) { out = fail(from_caf(why)); });
    return out;
  }

private:
  static engine_config config_for(const http::address& server) {
    engine_config out;
    out.server = server;
    return out;
  }

  caf::scoped_actor& self_;
  supervised_engine_actor edge_;
};

} // namespace copal
