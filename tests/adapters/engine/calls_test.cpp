#include "adapters/engine/calls.hpp"

#include <string>

#include <doctest/doctest.h>

using namespace copal;
using namespace copal::engine_wire;
using namespace std::chrono_literals;

namespace {

std::string line(const result<call>& x) {
  return x ? x->method + ' ' + x->target : to_string(x.error().code);
}

} // namespace

TEST_SUITE("engine: wire") {

  TEST_CASE("calls: method and path of each") {
    CHECK(line(call_for(engine::watch_events{}))
          == "GET "
             "/events?filters=%7B%22type%22%3A%5B%22container%22%2C%22image%22%2C%22network%22%2C%"
             "22volume%22%5D%7D");
    CHECK(line(call_for(engine::list_containers{})) == "GET /containers/json?all=1");
    CHECK(line(call_for(engine::inspect_container{{"c1"}})) == "GET /containers/c1/json");
    CHECK(line(call_for(engine::list_networks{})) == "GET /networks");
    CHECK(line(call_for(engine::list_volumes{})) == "GET /volumes");
    CHECK(line(call_for(engine::list_images{})) == "GET /images/json");
    CHECK(line(call_for(engine::inspect_image{"127.0.0.1:5000/a/b@sha256:1"}))
          == "GET /images/127.0.0.1:5000/a/b@sha256:1/json");
    CHECK(line(call_for(engine::remove_image{"a/b:1", true})) == "DELETE /images/a/b:1?force=1");
    CHECK(line(call_for(engine::remove_image{"a/b:1", false})) == "DELETE /images/a/b:1");
    CHECK(line(call_for(engine::create_container{"web_1", {}}))
          == "POST /containers/create?name=web_1");
    CHECK(line(call_for(engine::connect_network{"app_n", {"c1"}, {}}))
          == "POST /networks/app_n/connect");
    CHECK(line(call_for(engine::start_container{{"c1"}})) == "POST /containers/c1/start");
    CHECK(line(call_for(engine::stop_container{{"c1"}, 25s})) == "POST /containers/c1/stop?t=25");
    CHECK(line(call_for(engine::remove_container{{"c1"}, false})) == "DELETE /containers/c1?v=1");
    CHECK(line(call_for(engine::remove_container{{"c1"}, true}))
          == "DELETE /containers/c1?v=1&force=1");
    CHECK(line(call_for(engine::rename_container{{"c1"}, "a b"}))
          == "POST /containers/c1/rename?name=a%20b");
    const engine::set_restart_policy policy{{"c1"}, {restart_mode::no, 0}};
    CHECK(line(call_for(policy)) == "POST /containers/c1/update");
    CHECK(call_for(policy)->body == R"({"RestartPolicy":{"Name":"no","MaximumRetryCount":0}})");
    CHECK(line(call_for(engine::create_network{"n", {}})) == "POST /networks/create");
    CHECK(line(call_for(engine::remove_network{{"n1"}})) == "DELETE /networks/n1");
    CHECK(line(call_for(engine::create_volume{"v", {}})) == "POST /volumes/create");
    CHECK(line(call_for(engine::remove_volume{"v"})) == "DELETE /volumes/v");
  }

  TEST_CASE("calls: a name cannot reach another path, and an empty one names nothing") {
    CHECK(
      line(call_for(engine::remove_volume{"../images/x"})) == "DELETE /volumes/..%2Fimages%2Fx");
    CHECK(line(call_for(engine::remove_volume{"x?force=1"})) == "DELETE /volumes/x%3Fforce%3D1");
    CHECK(line(call_for(engine::remove_volume{""})) == "invalid input");
    CHECK(line(call_for(engine::remove_container{{".."}, true})) == "invalid input");
    CHECK(line(call_for(engine::create_volume{"", {}})) == "invalid input");
    CHECK(line(call_for(engine::rename_container{{"c1"}, ""})) == "invalid input");
  }

  TEST_CASE("calls: a pull names one image") {
    const std::string digest = "sha256:" + std::string(64, 'a');
    CHECK(line(call_for(engine::pull_image{"127.0.0.1:5000/a/b", {}}))
          == "POST /images/create?fromImage=127.0.0.1%3A5000%2Fa%2Fb&tag=latest");
    CHECK(line(call_for(engine::pull_image{"a@" + digest, {}}))
          == "POST /images/create?fromImage=a&tag=sha256%3A" + std::string(64, 'a'));
    CHECK(line(call_for(engine::pull_image{"", {}})) == "invalid input");
    CHECK(call_for(engine::pull_image{"a", {}})->authorization.empty());
    CHECK(call_for(engine::pull_image{"a", secret{"tok~?."}})->authorization.reveal()
          == "eyJyZWdpc3RyeXRva2VuIjoidG9rfj8uIn0=");
    CHECK(line(call_for(engine::pull_image{"a", secret{"a\"b"}})) == "invalid input");
  }

} // TEST_SUITE
