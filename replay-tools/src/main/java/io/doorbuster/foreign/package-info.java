/** Models and vectors that others made, read and checked, for model files of ours: ONNX, npy, safetensors. */
@NullMarked
package io.doorbuster.foreign;

import org.jspecify.annotations.NullMarked;
