#include "modules/load/scp_load.h"

namespace arrouter::load {

void ScpLoad::start(SecureShell& shell, SshHost server, std::function<void()> moved) {
  moved_ = std::move(moved);
  call_ = shell.call(std::move(server), transfer_.command(),
                     {.opened =
                          [this] {
                            const auto alive = shared_from_this();
                            call_->send(transfer_.greeting());
                            moved_();
                          },
                      .received =
                          [this](std::string_view bytes) {
                            const auto alive = shared_from_this();
                            call_->send(transfer_.receive(bytes));
                            if (transfer_.state() == TransferState::done) call_->end_input();
                            moved_();
                          },
                      .ended =
                          [this](const std::string& why) {
                            const auto alive = shared_from_this();
                            transfer_.ended(why);
                            moved_();
                          }});
}

}  // namespace arrouter::load
