//! The live stream: one long answer, cut into frames.

use shared::{
    cbor,
    id::DeviceId,
    wire::{LiveFrame, MAX_FRAME_BYTES},
};
use web_sys::AbortController;

use crate::{
    browser,
    http::{self, Body, Missed},
    leader::Event,
    mailbox::Mailbox,
};

const LENGTH_BYTES: usize = 4;

/// An open stream; dropping it closes it.
pub struct Live {
    abort: AbortController,
}

impl Drop for Live {
    fn drop(&mut self) {
        self.abort.abort();
    }
}

impl Live {
    /// Opens a stream. What it says goes into the mailbox under its `number`.
    pub fn open(device: DeviceId, number: u64, mailbox: Mailbox<Event>) -> Self {
        let abort = AbortController::new().expect("a controller needs nothing");
        let signal = abort.signal();
        wasm_bindgen_futures::spawn_local(async move {
            let path = ["/sync/v1/live?device=", &device.to_string()].concat();
            // However it ends, the engine hears that it did; what it missed comes with the next answer.
            let ended = match http::send("GET", &path, None, &signal).await {
                Ok(response) => match Body::of(&response) {
                    Ok(body) => follow(body, number, &mailbox).await,
                    Err(missed) => Err(missed),
                },
                Err(missed) => Err(missed),
            };
            mailbox.put(Event::LiveEnded { number, signed_out: ended.is_err_and(|missed| missed.is_signed_out()) });
        });
        Self { abort }
    }
}

async fn follow(mut body: Body, number: u64, mailbox: &Mailbox<Event>) -> Result<(), Missed> {
    let mut waiting = Vec::new();
    while let Some(part) = body.next().await? {
        waiting.extend(part);
        while let Some(frame) = next_frame(&mut waiting)? {
            mailbox.put(Event::Live { number, frame });
        }
    }
    Ok(())
}

/// Cuts one whole frame off.
fn next_frame(waiting: &mut Vec<u8>) -> Result<Option<LiveFrame>, Missed> {
    let Some(length) = waiting.first_chunk::<LENGTH_BYTES>() else { return Ok(None) };
    let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
    if length > MAX_FRAME_BYTES {
        browser::complain("a live frame is too long", &length.to_string());
        return Err(Missed::Away);
    }
    if waiting.len() < LENGTH_BYTES + length {
        return Ok(None);
    }
    let frame = cbor::decode(&waiting[LENGTH_BYTES..LENGTH_BYTES + length], MAX_FRAME_BYTES).map_err(|error| {
        browser::complain("a live frame cannot be read", &error.to_string());
        Missed::Away
    })?;
    waiting.drain(..LENGTH_BYTES + length);
    Ok(Some(frame))
}

#[cfg(test)]
mod tests {
    use shared::time::At;

    use super::*;

    #[test]
    fn frames_are_cut_wherever_the_network_cuts() {
        let beat = LiveFrame::Heartbeat { now: At(7) };
        let body = cbor::encode(&beat);
        let framed = [&u32::try_from(body.len()).expect("short").to_be_bytes()[..], &body].concat();
        let both = [framed.clone(), framed].concat();
        for cut in 0..both.len() {
            let mut waiting = both[..cut].to_vec();
            let mut heard = Vec::new();
            while let Ok(Some(frame)) = next_frame(&mut waiting) {
                heard.push(frame);
            }
            waiting.extend(&both[cut..]);
            while let Ok(Some(frame)) = next_frame(&mut waiting) {
                heard.push(frame);
            }
            assert_eq!(heard, [beat.clone(), beat.clone()]);
            assert!(waiting.is_empty());
        }
    }
}
